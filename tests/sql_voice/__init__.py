"""The third voice: condition trees answered by PostgreSQL on the rows themselves.

The index and the evaluator share the parser, the operators and the documents, so a mistake there could be made by both
alike. This translator shares nothing with them but the tables and contacts.toml: it follows the definition of the
language, and where three voices agree the answer is right.

What it leaves to others:

* limits of size, and which values a choice may take: it answers whatever is understood;
* text beyond the 32,766 bytes that the index keeps of it;
* properties of events that are numbers no double can hold;
* letters that one side's Unicode tables know and the other's do not (`folded` in statement.py; PostgreSQL 17 or newer);
* a time zone whose clocks skip midnight by jumping from before it to after it.
"""

from __future__ import annotations

from tests.sql_voice.errors import UntranslatableError
from tests.sql_voice.translate import translate

__all__ = ["UntranslatableError", "translate"]
