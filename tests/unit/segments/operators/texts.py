"""Texts and choices."""

from __future__ import annotations

from tests.unit.segments.operators.cases import Case, Refusal, refusals

CASES = [
    Case(
        "email", "=", "Anna@X.org", {"term": {"email": "anna@x.org"}}, "E-mail is “Anna@X.org”",
        holds=("anna@x.org", "ANNA@X.ORG"), fails=("anna@x.or", "anna@x.org ", "b"),
        negative=("!=", "E-mail is not “Anna@X.org”"),
    ),
    Case(
        "email", "in", ["B", "a"], {"terms": {"email": ["a", "b"]}}, "E-mail is “B” or “a”",
        holds=("A", "b"), fails=("ab", "c"), negative=("notIn", "E-mail is neither “B” nor “a”"),
    ),
    Case("email", "in", ["A", "a"], {"term": {"email": "a"}}, "E-mail is “A” or “a”", holds=("a",), fails=("b",)),
    Case(
        "email", "in", r"one, two\, three", {"terms": {"email": ["one", "two, three"]}},
        "E-mail is “one” or “two, three”",
        holds=("one", "two, three"), fails=("two", "three"), kept=["one", "two, three"],
    ),
    Case(
        "email", "contains", "@X.o", {"match_phrase": {"grams.email": {"query": "@x. x.o"}}}, "E-mail contains “@X.o”",
        holds=("a@x.org", "A@X.ORG"), fails=("a@xxo", "x.o"),
        negative=("doesNotContain", "E-mail does not contain “@X.o”"),
    ),
    # Too short for trigrams, then on a field that has none.
    Case("email", "contains", "x.", {"wildcard": {"email": {"value": "*x.*"}}}, "E-mail contains “x.”",
         holds=("a@x.org",), fails=("x", "xy")),
    Case("first_name", "contains", r"*?\[", {"wildcard": {"first_name": {"value": r"*\*\?\\[*"}}},
         r"First name contains “*?\[”", holds=(r"a*?\[b",), fails=(r"aXY\[b", "ab")),
    # A blank has a stand-in in grams; other white space has one that it shares, so it is looked for in the term itself.
    Case("full_name", "contains", "a b", {"match_phrase": {"grams.full_name": {"query": "a\ue002b"}}},
         "Full name contains “a b”", holds=("xa bx",), fails=("a\tb", "ab")),
    Case("full_name", "contains", "a\tb", {"wildcard": {"full_name": {"value": "*a\tb*"}}},
         "Full name contains “a[U+0009]b”", holds=("xA\tB",), fails=("a b",)),
    Case(
        "email", "beginsWith", "An*", {"prefix": {"email": {"value": "an*"}}}, "E-mail begins with “An*”",
        holds=("AN*na",), fails=("anna", "xan*"), negative=("doesNotBeginWith", "E-mail does not begin with “An*”"),
    ),
    Case(
        "email", "endsWith", "RG", {"match_phrase": {"grams.email": {"query": "rg\ue001"}}}, "E-mail ends with “RG”",
        holds=("a@x.org",), fails=("rga", "g"), negative=("doesNotEndWith", "E-mail does not end with “RG”"),
    ),
    Case("email", "endsWith", "g", {"wildcard": {"email": {"value": "*g"}}}, "E-mail ends with “g”",
         holds=("g", "xG"), fails=("gx",)),
    Case("first_name", "endsWith", "na?", {"wildcard": {"first_name": {"value": r"*na\?"}}},
         "First name ends with “na?”",
         holds=("Anna?",), fails=("Annab",)),
    Case("custom.note", "=", "İ", {"term": {"custom.keyword_0": "i"}}, "Note is “İ”", holds=("I", "i", "İ"),
         fails=("ı",)),
    Case(
        "first_name", "notNull", None, {"exists": {"field": "first_name"}}, "First name has a value",
        holds=("a",), negative=("null", "First name has no value"),
    ),
    Case("company.name", "notNull", "", {"exists": {"field": "company.name"}}, "Company name has a value",
         holds=("a",), fails=({"company": {"id": 3}},), kept=None),
    # -- choices
    Case(
        "country", "=", "Germany", {"term": {"country": "germany"}}, "Country is Germany",
        holds=("GERMANY",), fails=("German",), negative=("!=", "Country is not Germany"),
    ),
    Case(
        "country", "in", ["DE", "FR", "IT"], {"terms": {"country": ["de", "fr", "it"]}}, "Country is DE, FR or IT",
        holds=("de", "It"), fails=("es",), negative=("notIn", "Country is neither DE, FR nor IT"),
    ),
    Case("country", "notNull", [], {"exists": {"field": "country"}}, "Country has a value",
         holds=("de",), negative=("null", "Country has no value"), kept=None),
    # A listed option is found whatever its case, and kept as it is listed.
    Case("custom.plan", "=", "gold", {"term": {"custom.keyword_1": "gold"}}, "Plan is Gold",
         holds=("Gold",), fails=("Silver",), kept="Gold"),
    Case("custom.plan", "in", r"Gold,a\,b", {"terms": {"custom.keyword_1": ["a,b", "gold"]}}, "Plan is Gold or “a,b”",
         holds=("Gold", "a,b"), fails=("Silver",), kept=["Gold", "a,b"]),
    # Options with a number are kept by it.
    Case("owner", "=", "ada", {"term": {"owner": 1}}, "Owner is Ada", holds=(1,), fails=(2,), kept=1),
    Case("owner", "in", [2, "Ada"], {"terms": {"owner": [1, 2]}}, "Owner is Bo or Ada", holds=(1, 2), fails=(3,),
         kept=[2, 1]),
    # Several owners have the name; the spelling or the id says which.
    Case("owner", "=", "KIM", {"term": {"owner": 5}}, "Owner is KIM", holds=(5,), fails=(3, 4), kept=5),
    Case("owner", "=", 4, {"term": {"owner": 4}}, "Owner is Kim", holds=(4,), fails=(3, 5)),
]  # fmt: skip

REFUSALS = [
    *refusals("email", ("=", "!=", "contains", "doesNotContain", "beginsWith", "doesNotBeginWith", "endsWith",
    "doesNotEndWith"), (None, "", [], 5, True, ["a"], {"a": 1}, "\x00", "\ud800"), "wrong_type"),
    *refusals("email", ("in", "notIn"), (None, 5, True, {}), "wrong_type"),
    *refusals("email", ("in", "notIn"), ([], "", " "), "empty_list"),
    Refusal("email", "in", ["a", 5], "wrong_type", "/value/1"),
    Refusal("email", "in", ["a", ""], "wrong_type", "/value/1"),
    Refusal("email", "in", "a,,b", "wrong_type", "/value/1"),
    Refusal("email", "in", "a,", "wrong_type", "/value/1"),
    *(Refusal("email", operator, "x", "wrong_type") for operator in ("null", "notNull")),
    Refusal("email", "null", 0, "wrong_type"),
    Refusal("email", "null", False, "wrong_type"),
    *(Refusal("email", operator, "x" * 201, "too_long") for operator in ("contains", "beginsWith", "endsWith")),
    Refusal("country", "=", ["DE"], "wrong_type"),
    Refusal("country", "=", 5, "wrong_type"),
    Refusal("country", "in", [None], "wrong_type", "/value/0"),
    *refusals("custom.plan", ("=",), ("Bronze", "", None, 1, 1.0, True, ["Gold"], {"a": 1}), "unknown_option"),
    Refusal("custom.plan", "in", ["Gold", "Bronze"], "unknown_option", "/value/1"),
    Refusal("custom.plan", "in", [], "empty_list"),
    Refusal("owner", "=", 99, "unknown_option"),
    Refusal("owner", "=", "1", "unknown_option"),
    Refusal("owner", "=", True, "unknown_option"),
    Refusal("owner", "=", "Kim", "ambiguous_option"),
    Refusal("owner", "in", ["Ada", "kim"], "ambiguous_option", "/value/1"),
]  # fmt: skip
