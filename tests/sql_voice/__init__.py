"""The third voice: condition trees answered by PostgreSQL on the rows themselves.

The index and the evaluator share the parser, the operators and the documents, so a mistake there could be made by both
alike. This translator shares nothing with them but the tables and contacts.toml: it follows the definition of the
language, and where three voices agree the answer is right.

Where the definition leaves a shape open, it reads: amounts of time as {"n": 3, "unit": "month"}; periods as
"this_month"; an empty window, {}, as a mistake; property values by the JSON type of what they are compared with;
the sum of no amounts as 0.

What it leaves to others:

* limits of size, and which values a choice may take: it answers whatever is understood;
* text beyond the 32,766 bytes that the index keeps of it;
* properties of events that are numbers no double can hold;
* letters younger than the server's Unicode tables: PostgreSQL 18 folds all that Elasticsearch does, the C library
  behind PostgreSQL 15 lacks 27 (U+1C89, U+A7CB, U+A7CC, U+A7DA, U+A7DC, U+10D50 to U+10D65);
* a time zone whose clocks skip midnight by jumping from before it to after it.
"""

from __future__ import annotations

from tests.sql_voice.errors import UntranslatableError
from tests.sql_voice.translate import translate

__all__ = ["UntranslatableError", "translate"]
