"""The condition of a declared behaviour: a tree over one event `e`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from tests.sql_voice.definitions import Definitions
from tests.sql_voice.moments import Moment
from tests.sql_voice.operands import items
from tests.sql_voice.statement import Parameters, filled
from tests.sql_voice.trees import Rule, condition
from tests.sql_voice.truths import truth
from tests.sql_voice.values import Kind, Value

_PROPERTIES = "properties."


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Translates conditions on one event: its `amount`, `channel` and `properties.<key>`."""

    definitions: Definitions
    moment: Moment
    parameters: Parameters

    def condition(self, tree: Any) -> str:
        """SQL over `e`, true or false for every event."""
        return condition(tree, self._truth)

    def _truth(self, rule: Rule) -> str:
        if rule.field == "amount":
            value = Value.single(Kind.AMOUNT, "(e.amount * 0.01)")
        elif rule.field == "channel":
            value, rule = Value.single(Kind.ID, "e.channel_id"), replace(rule, operand=self._channels(rule))
        elif rule.field.startswith(_PROPERTIES):
            value = self._property(rule)
        else:
            raise rule.refused("an event has amount, channel, properties.<key>", at="field")
        return truth(value, rule, self.moment, self.parameters)

    def _channels(self, rule: Rule) -> Any:
        """The operand with the ids of channels in place of their keys."""
        if rule.operator in ("null", "notNull"):
            return rule.operand
        if rule.operator in ("in", "notIn"):
            return [self._channel(rule, raw) for raw in items(rule, texts=True)]
        return self._channel(rule, rule.operand)

    def _channel(self, rule: Rule, raw: Any) -> Any:
        if not isinstance(raw, str):
            return raw
        found = self.definitions.channel(raw)
        if found is None:
            raise rule.refused(f"there is no channel {raw!r}", at="value")
        return found

    def _property(self, rule: Rule) -> Value:
        """The property as what the rule compares it with: text with text, number with number. Others do not match."""
        key = self.parameters.bind(rule.field.removeprefix(_PROPERTIES), "text")
        json, text = f"(e.properties -> {key})", f"(e.properties ->> {key})"
        present = f"{json} NOT IN ('null', '\"\"', '[]')"

        def typed(name: str, sql: str) -> str:
            return f"(CASE WHEN jsonb_typeof({json}) = '{name}' THEN {sql} END)"

        match _sample(rule):
            case bool():
                return Value(Kind.BOOLEAN, typed("boolean", f"CAST({text} AS boolean)"), present)
            case int() | float():
                return Value(Kind.NUMBER, typed("number", f"CAST({text} AS double precision)"), present)
            case _:
                return Value(Kind.TEXT, typed("string", filled(text)), present)


def _sample(rule: Rule) -> Any:
    """One of the values that the operand consists of."""
    return rule.operand[0] if isinstance(rule.operand, list) and rule.operand else rule.operand
