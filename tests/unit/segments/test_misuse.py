"""Mistakes of the code that calls: they are told at once, and never answered with a wrong query."""

from __future__ import annotations

import pytest

from mappings import types
from mappings.fields import Field, Packing
from segments.operators.access import exists, read
from segments.operators.operands import operand
from tests.unit.segments.organisation import field_named


def test_a_behaviour_is_not_compared_with_single_values() -> None:
    with pytest.raises(TypeError, match="a behaviour field is not compared with single values"):
        operand(field_named("engagement.purchase"))


def test_a_packed_field_belongs_to_a_behaviour() -> None:
    with pytest.raises(TypeError, match="x belongs to no behaviour"):
        read(Field("x", "X", "contact", types.NUMBER, "events_count", packing=Packing.COUNT), {})


def test_a_reference_is_there_when_its_list_is() -> None:
    assert exists(field_named("segment")) == {"exists": {"field": "lists"}}
