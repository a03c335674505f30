"""Tags, channels, multi-choice fields, and references to segments."""

from __future__ import annotations

from tests.unit.segments.operators.cases import Case, Refusal, refusals
from tests.unit.segments.organisation import CHURNED, COMMA, VIP

H = "custom.keyword_2"

CASES = [
    Case("tags", "containsAny", ["vip", CHURNED], {"terms": {"tags": [1, 2]}}, "Tags include VIP or Churned",
         holds=([VIP], [CHURNED, COMMA]), fails=([COMMA], []), kept=[1, 2],
         negative=("containsNone", "Tags include neither VIP nor Churned")),
    Case("tags", "containsAny", r"a\,b", {"terms": {"tags": [3]}}, "Tags include “a,b”", holds=([COMMA],),
         fails=([VIP],), kept=[3]),
    Case("tags", "containsAll", ["Churned", "VIP", "VIP"],
         {"bool": {"filter": [{"term": {"tags": 1}}, {"term": {"tags": 2}}]}},
         "Tags include all of Churned and VIP",
         holds=([VIP, CHURNED], [COMMA, CHURNED, VIP]), fails=([VIP], [CHURNED, COMMA]), kept=[2, 1, 1],
         negative=("doesNotContainAll", "Tags do not include all of Churned and VIP")),
    Case("tags", "containsAny", [1.0], {"terms": {"tags": [1]}}, "Tags include VIP", holds=([VIP],), kept=[1]),
    Case("tags", "containsAll", ["VIP"], {"term": {"tags": 1}}, "Tags include VIP", holds=([1, 2],),
         fails=([2],), kept=[1]),
    Case("tags", "equals", ["VIP", "Churned"],
         {"bool": {"filter": [{"term": {"tags": 1}}, {"term": {"tags": 2}}, {"term": {"tags_count": 2}}]}},
         "Tags are exactly VIP and Churned", holds=([CHURNED, VIP],), fails=([VIP], [VIP, CHURNED, COMMA], []),
         kept=[1, 2]),
    Case("tags", "notNull", None, {"exists": {"field": "tags"}}, "Tags are not empty", holds=([1],), fails=([],),
         negative=("null", "Tags are empty")),
    Case("channels", "containsAny", ["email"], {"terms": {"channels": [1]}}, "the contact is reachable by email",
         holds=([1],), fails=([2],),
         kept=[1]),
    Case("unsubscribed", "containsAny", ["WhatsApp"], {"terms": {"unsubscribed": [2]}},
         "the contact is unsubscribed from whatsapp",
         holds=([2],), fails=([1],), kept=[2], negative=("containsNone",
         "the contact is not unsubscribed from whatsapp")),
    Case("custom.hobbies", "containsAny", ["chess", "GO"], {"terms": {H: ["chess", "go"]}},
         "Hobbies include Chess or Go",
         holds=(["Chess"], ["GO", "Ölmalerei"]), fails=(["Ölmalerei"],), kept=["Chess", "Go"],
         negative=("containsNone", "Hobbies include neither Chess nor Go")),
    Case("custom.hobbies", "containsAll", "ÖLMALEREI, Go", {"bool": {"filter": [{"term": {H: "go"}},
         {"term": {H: "ölmalerei"}}]}},
         "Hobbies include all of Ölmalerei and Go", holds=(["go", "ölmalerei"],), fails=(["Go"],),
         kept=["Ölmalerei", "Go"],
         negative=("doesNotContainAll", "Hobbies do not include all of Ölmalerei and Go")),
    Case("custom.hobbies", "equals", ["Go"], {"bool": {"filter": [{"term": {H: "go"}}, {"term": {f"{H}_count": 1}}]}},
         "Hobbies are exactly Go", holds=(["GO"],), fails=(["Go", "Chess"],)),
    Case("custom.hobbies", "notNull", None, {"exists": {"field": H}}, "Hobbies are not empty", holds=(["Go"],),
         negative=("null", "Hobbies are empty")),
]  # fmt: skip

_LISTS = ("containsAny", "containsAll", "containsNone", "doesNotContainAll", "equals")

REFUSALS = [
    *(Refusal("tags", operator, [], "empty_list") for operator in _LISTS),
    *(Refusal("tags", operator, "", "empty_list") for operator in _LISTS),
    *(Refusal("tags", operator, ["VIP", "Lead"], "unknown_option", "/value/1") for operator in _LISTS),
    *refusals("tags", _LISTS, (None, 1, True, {"VIP": 1}), "wrong_type"),
    Refusal("tags", "containsAny", [[1]], "unknown_option", "/value/0"),
    Refusal("tags", "containsAny", [1.5], "unknown_option", "/value/0"),
    Refusal("custom.hobbies", "containsAny", ["Golf"], "unknown_option", "/value/0"),
    Refusal("custom.hobbies", "equals", [1], "unknown_option", "/value/0"),
    Refusal("segment", "in", ["Nobody"], "unknown_option", "/value/0"),
    Refusal("segment", "in", ["Buyers"], "ambiguous_option", "/value/0"),
    Refusal("segment", "notIn", [], "empty_list"),
    Refusal("segment", "in", 1, "wrong_type"),
]  # fmt: skip
