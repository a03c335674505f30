"""Numbers and booleans, plain and packed."""

from __future__ import annotations

from typing import Any

from tests.unit.segments.operators.cases import Case, Refusal, refusals
from tests.unit.segments.organisation import OPENED, PURCHASE, amount, number

S = "custom.double_0"
COUNT = "engagement.purchase.count"
TOTAL = "engagement.purchase.total"


def times(count: int, code: int = PURCHASE) -> dict[str, list[int]]:
    return {"events_count": [number(OPENED, 3), number(code, count)]}


def total(minor: int, code: int = PURCHASE) -> dict[str, list[int]]:
    return {"amounts_total": [amount(OPENED, 1999), amount(code, minor)]}


def counted(low: int, high: int) -> dict[str, object]:
    return {"range": {"events_count": {"gte": number(PURCHASE, low), "lte": number(PURCHASE, high)}}}


def totalled(low: int, high: int) -> dict[str, object]:
    return {"range": {"amounts_total": {"gte": amount(PURCHASE, low), "lte": amount(PURCHASE, high)}}}


MOST = 2**32 - 1
LEAST_AMOUNT, MOST_AMOUNT = -(2**40), 2**40 - 1
NEVER = {"bool": {"must_not": [counted(0, 2**41 - 1)]}}
NOBODY: dict[str, object] = {"match_none": {}}


def or_never(clause: dict[str, object]) -> dict[str, object]:
    return {"bool": {"should": [NEVER, clause], "minimum_should_match": 1}}


CASES = [
    Case("custom.score", "=", 5, {"term": {S: 5.0}}, "Score is 5", holds=(5, 5.0), fails=(5.0000001, -5),
         negative=("!=", "Score is not 5")),
    Case("custom.score", "=", -0.0, {"term": {S: 0.0}}, "Score is 0", holds=(0, 0.0), fails=(1e-300,), kept=0),
    Case("custom.score", "=", 1e300, {"term": {S: 1e300}}, "Score is 1e+300", holds=(1e300,), fails=(1e299,)),
    Case("custom.score", "<", 2.5, {"range": {S: {"lt": 2.5}}}, "Score is less than 2.5", holds=(2.4, -9),
         fails=(2.5, 3)),
    Case("custom.score", "<=", 2.5, {"range": {S: {"lte": 2.5}}}, "Score is at most 2.5", holds=(2.5, -9),
         fails=(2.6,)),
    Case("custom.score", ">", 2.5, {"range": {S: {"gt": 2.5}}}, "Score is more than 2.5", holds=(2.6,),
         fails=(2.5, -9)),
    Case("custom.score", ">=", 1234.5, {"range": {S: {"gte": 1234.5}}}, "Score is at least 1,234.5",
         holds=(1234.5, 2e9),
         fails=(1234.4,)),
    Case("custom.score", "between", [1, 2], {"range": {S: {"gte": 1.0, "lte": 2.0}}}, "Score is between 1 and 2",
         holds=(1, 1.5, 2), fails=(0.999, 2.001), negative=("notBetween", "Score is not between 1 and 2")),
    Case("custom.score", "between", "-1.5, 2e1", {"range": {S: {"gte": -1.5, "lte": 20.0}}},
         "Score is between -1.5 and 20",
         holds=(-1.5, 20), fails=(-1.6, 21), kept=[-1.5, 20]),
    Case("custom.score", "between", [2, 2], {"range": {S: {"gte": 2.0, "lte": 2.0}}}, "Score is between 2 and 2",
         holds=(2,)),
    Case("custom.score", "in", [3, 1, 3.0], {"terms": {S: [1.0, 3.0]}}, "Score is 3 or 1", holds=(1, 3), fails=(2,),
         negative=("notIn", "Score is neither 3 nor 1"), kept=[3, 1, 3]),
    Case("custom.score", "in", "1,+2,.5", {"terms": {S: [0.5, 1.0, 2.0]}}, "Score is 1, 2 or 0.5", holds=(0.5, 2),
         fails=(3,),
         kept=[1, 2, 0.5]),
    Case("custom.score", "notNull", None, {"exists": {"field": S}}, "Score has a value", holds=(0, -1),
         negative=("null", "Score has no value")),
    Case("company.custom.score", ">", 1, {"range": {f"company.{S}": {"gt": 1.0}}}, "Company score is more than 1",
         holds=(2,),
         fails=(1, {"company": {}}, {"custom": {"double_0": 9}})),
    Case("company.size", "=", 2**53, {"term": {"company.size": float(2**53)}}, "Company size is 9,007,199,254,740,992",
         holds=(2**53,), fails=(2**53 - 1,)),
    # -- ids are whole numbers of 64 bits
    Case("contact_id", "=", 7, {"term": {"contact_id": 7}}, "Contact ID is 7", holds=(7,), fails=(8,),
         negative=("!=", "Contact ID is not 7")),
    Case("contact_id", "in", [9, 7, 7.5, 1e300], {"terms": {"contact_id": [7, 9]}}, "Contact ID is 9, 7, 7.5 or 1e+300",
         holds=(7, 9), fails=(8,)),
    Case("contact_id", "=", 7.5, NOBODY, "Contact ID is 7.5", fails=(7, 8)),
    Case("contact_id", ">", 7.5, {"range": {"contact_id": {"gte": 8, "lte": 2**63 - 1}}}, "Contact ID is more than 7.5",
         holds=(8, 2**62), fails=(7,)),
    Case("contact_id", ">", 7, {"range": {"contact_id": {"gte": 8, "lte": 2**63 - 1}}}, "Contact ID is more than 7",
         holds=(8,), fails=(7,)),
    Case("contact_id", "<", 7.5, {"range": {"contact_id": {"gte": -(2**63), "lte": 7}}}, "Contact ID is less than 7.5",
         holds=(7,), fails=(8,)),
    Case("contact_id", ">=", 1e19, NOBODY, "Contact ID is at least 1e+19", fails=(2**62,)),
    Case("contact_id", "<=", -1e19, NOBODY, "Contact ID is at most -1e+19", fails=(2**62,)),
    Case("contact_id", "<", 1e300, {"range": {"contact_id": {"gte": -(2**63), "lte": 2**63 - 1}}},
         "Contact ID is less than 1e+300", holds=(1, 2**62)),
    # -- lifetime counts: never is 0 times, and a value
    Case(COUNT, "=", 3, {"term": {"events_count": number(PURCHASE, 3)}},
         "the number of times that “Purchase” happened is 3", holds=(times(3),),
         fails=(times(2), times(3, OPENED)), negative=("!=", "the number of times that “Purchase” happened is not 3")),
    Case(COUNT, "=", 0, or_never({"term": {"events_count": number(PURCHASE, 0)}}),
         "the number of times that “Purchase” happened is 0",
         holds=({"events_count": [number(OPENED, 3)]},), fails=(times(1),), missing=True,
         negative=("!=", "the number of times that “Purchase” happened is not 0")),
    Case(COUNT, "in", [0, 2, -1, 0.5],
         or_never({"terms": {"events_count": [number(PURCHASE, 0), number(PURCHASE, 2)]}}),
         "the number of times that “Purchase” happened is 0, 2, -1 or 0.5", holds=(times(2),), fails=(times(1),),
         missing=True),
    Case(COUNT, "in", [-1, 0.5], NOBODY, "the number of times that “Purchase” happened is -1 or 0.5",
         fails=(times(1),)),
    Case(COUNT, "in", [MOST, MOST + 1], {"term": {"events_count": number(PURCHASE, MOST)}},
         "the number of times that “Purchase” happened is 4,294,967,295 or 4,294,967,296", holds=(times(MOST),)),
    Case(COUNT, ">", 1, counted(2, MOST), "the number of times that “Purchase” happened is more than 1",
         holds=(times(2), times(MOST)),
         fails=(times(1),)),
    Case(COUNT, ">=", -5, or_never(counted(0, MOST)), "the number of times that “Purchase” happened is at least -5",
         holds=(times(1),),
         missing=True),
    Case(COUNT, "<", 2, or_never(counted(0, 1)), "the number of times that “Purchase” happened is less than 2",
         holds=(times(1),),
         fails=(times(2),),
         missing=True),
    Case(COUNT, "<", 0, NOBODY, "the number of times that “Purchase” happened is less than 0", fails=(times(1),)),
    Case(COUNT, "between", [3, 3], counted(3, 3), "the number of times that “Purchase” happened is between 3 and 3",
         holds=(times(3),), fails=(times(2), times(4))),
    Case(COUNT, "between", [1, 2.5], counted(1, 2), "the number of times that “Purchase” happened is between 1 and 2.5",
         holds=(times(1), times(2)),
         fails=(times(3),), negative=("notBetween",
         "the number of times that “Purchase” happened is not between 1 and 2.5")),
    Case(COUNT, "notNull", None, {"match_all": {}}, "the number of times that “Purchase” happened has a value",
         holds=(times(1),), missing=True,
         negative=("null", "the number of times that “Purchase” happened has no value")),
    # -- amounts, in minor units
    Case(TOTAL, "=", 19.99, {"term": {"amounts_total": amount(PURCHASE, 1999)}},
         "the total amount of “Purchase” is 19.99",
         holds=(total(1999),), fails=(total(1998), total(2000)),
         negative=("!=", "the total amount of “Purchase” is not 19.99")),
    Case(TOTAL, "=", 19.995, NOBODY, "the total amount of “Purchase” is 19.995", fails=(total(1999), total(2000))),
    Case(TOTAL, "=", LEAST_AMOUNT / 100, {"term": {"amounts_total": amount(PURCHASE, LEAST_AMOUNT)}},
         "the total amount of “Purchase” is -10,995,116,277.76", holds=(total(LEAST_AMOUNT),)),
    Case(TOTAL, "=", LEAST_AMOUNT / 100 - 0.01, NOBODY, "the total amount of “Purchase” is -10,995,116,277.77"),
    Case(TOTAL, "<=", 19.99, totalled(LEAST_AMOUNT, 1999), "the total amount of “Purchase” is at most 19.99",
         holds=(total(1999),), fails=(total(2000),)),
    Case(TOTAL, ">=", 19.991, totalled(2000, MOST_AMOUNT), "the total amount of “Purchase” is at least 19.991",
         holds=(total(2000),),
         fails=(total(1999),)),
    Case(TOTAL, ">", 19.99, totalled(2000, MOST_AMOUNT), "the total amount of “Purchase” is more than 19.99",
         holds=(total(2000), total(MOST_AMOUNT)), fails=(total(1999),)),
    Case(TOTAL, "<", 0, totalled(LEAST_AMOUNT, -1), "the total amount of “Purchase” is less than 0",
         holds=(total(-1), total(LEAST_AMOUNT)), fails=(total(0),)),
    Case(TOTAL, "<=", 0, totalled(LEAST_AMOUNT, 0), "the total amount of “Purchase” is at most 0", holds=(total(0),),
         fails=(total(1),)),
    Case("engagement.purchase.average", "in", [1, 2], {"terms": {"amounts_average": [amount(7, 100), amount(7, 200)]}},
         "the average amount of “Purchase” is 1 or 2", holds=({"amounts_average": [amount(7, 100)]},),
         fails=(total(100),)),
    Case("engagement.purchase.largest", "notNull", None,
         {"range": {"amounts_largest": {"gte": number(7, 0), "lte": number(8, 0) - 1}}},
         "the largest amount of “Purchase” has a value", holds=({"amounts_largest": [amount(7, -5)]},),
         fails=({"amounts_largest": [amount(8, 5)]},), negative=("null",
         "the largest amount of “Purchase” has no value")),
    # -- booleans
    Case("custom.active", "=", True, {"term": {"custom.boolean_0": True}}, "Active is true", holds=(True,),
         fails=(False,),
         negative=("!=", "Active is not true")),
    Case("custom.active", "=", False, {"term": {"custom.boolean_0": False}}, "Active is false", holds=(False,),
         fails=(True,)),
    Case("custom.active", "notNull", None, {"exists": {"field": "custom.boolean_0"}}, "Active has a value",
         holds=(False, True), negative=("null", "Active has no value")),
]  # fmt: skip

_NO_NUMBERS: tuple[Any, ...] = (None, "", "5", True, [5], {}, float("nan"), float("inf"), 10**400, 2**53 + 1)

REFUSALS = [
    *refusals("custom.score", ("=", "!=", "<", "<=", ">", ">="), _NO_NUMBERS, "wrong_type"),
    *refusals(COUNT, ("=",), _NO_NUMBERS, "wrong_type"),
    *refusals("custom.score", ("between", "notBetween"), (None, 5, [], [1], [1, 2, 3], "", "1", {}), "wrong_type"),
    Refusal("custom.score", "between", [2, 1], "reversed_bounds"),
    Refusal("custom.score", "notBetween", "2,1", "reversed_bounds"),
    Refusal("custom.score", "between", [1, "2"], "wrong_type", "/value/1"),
    *(Refusal("custom.score", "in", f"1,{text}", "wrong_type", "/value/1") for text in ("1_000", "nan", "inf", "x",
              "", "٣", "0x1",
      "1e999", "9007199254740993", "9" * 401)),
    Refusal("custom.score", "in", [], "empty_list"),
    Refusal("custom.score", "in", [1, None], "wrong_type", "/value/1"),
    *refusals("custom.active", ("=", "!="), (None, "true", 1, 0, [True]), "wrong_type"),
]  # fmt: skip
