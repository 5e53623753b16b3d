"""What an expression may say, and how a refusal reads."""

from __future__ import annotations

import pytest

from fraudmatch.scoring import catalogue
from fraudmatch.scoring.functions import FUNCTIONS
from fraudmatch.scoring.language import ExpressionFault, Names, compile_expression
from fraudmatch.scoring.nodes import Column, Kind, canonical, conjuncts

NAMES = Names(
    {
        "left": catalogue.side_columns("council_tax"),
        "right": catalogue.side_columns("electoral_register"),
        "pair": catalogue.PAIR_COLUMNS,
        "link": catalogue.LINK_COLUMNS,
        "run": catalogue.RUN_COLUMNS,
        "param": {"days": Column(Kind.NUMBER)},
        "value": {},
    },
    {},
)

ALLOWED = [
    ("left.discount_type = 'single_person'", Kind.TRUTH),
    ("not (left.running or right.running)", Kind.TRUTH),
    ("left.discount_type not in ('empty', 'second_home')", Kind.TRUTH),
    ("right.date_added between date '2024-01-01' and run.as_at", Kind.TRUTH),
    ("left.disregard_type is not null", Kind.TRUTH),
    ("right.date_added - left.discount_start", Kind.NUMBER),
    ("left.discount_start + param.days", Kind.DATE),
    ("coalesce(left.discount_end, run.as_at)", Kind.DATE),
    ("greatest(right.age, 18, -1)", Kind.NUMBER),
    ("if(left.running, left.discount_annual_pence)", Kind.NUMBER),
    ("add_years(right.date_of_birth, 18) <= run.as_at", Kind.TRUTH),
    ("months_between(left.discount_start, run.as_at) / 12", Kind.NUMBER),
    ("link.person_probability < 0.05 and link.surname_level = 0", Kind.TRUTH),
    ("pair.same_property = false", Kind.TRUTH),
    ("LEFT.Running AND true", Kind.TRUTH),
]


@pytest.mark.parametrize(("text", "kind"), ALLOWED)
def test_expression_is_of_its_kind(text: str, kind: Kind) -> None:
    assert compile_expression(text, NAMES).kind is kind


REFUSED = [
    # hostile or foreign
    ("read_text('/etc/passwd')", "read_text is not in the language"),
    ("(select 1)", "is not in the language"),
    ("exists (select 1)", "is not in the language"),
    ("1; drop table records", "is not in the language"),
    ("left.surname ~ '(a+)+$'", "cannot be read as an expression"),
    ("left.surname like 'A%'", "is not in the language"),
    ("regexp_like(left.surname, 'a')", "is not in the language"),
    ("cast(left.age as text)", "a cast is not in the language"),
    ("left.surname || 'x'", "is not in the language"),
    ("case when true then 1 end", "is not in the language"),
    ("count(left.age)", "count is not in the language"),
    ("*", "is not in the language"),
    ("?", "is not in the language"),
    ("left.running -- and so on", "a comment has no place"),
    # unreadable
    ("", "the expression is empty"),
    ("left.age >> ", "cannot be read as an expression"),
    ("left.age >", "cannot be read"),
    ("left.discount_annual_pence > £5,000", "in pence, without £ or commas"),
    ("left.discount_annual_pence > 5,000", "in pence, without £ or commas"),
    ("left.discount_type in (empty, second_home)", "a code stands in single quotes"),
    ("left.surname = ''", "blank is null"),
    # names
    ("left.discont_type = 'empty'", "there is no left.discont_type"),
    ("lft.age > 1", "nothing is called lft"),
    ("age > 1", "there is no age here"),
    ("left.name_as_written = 'x'", "there is no left.name_as_written"),
    ("left.source_row = 1", "there is no left.source_row"),
    ("a.left.age = 1", "at most two parts"),
    ("link.person_likelihood > 1", "there is no link.person_likelihood"),
    ("param.dayz > 1", "there is no param.dayz"),
    # kinds
    ("left.discount_start = 'single_person'", "= sets a date against text"),
    ("left.discount_type = 1", "= sets text against a number"),
    ("left.discount_type < 'z'", "text can be compared with = and <> only"),
    ("left.running and right.age", "and takes yes or no, and this is a number"),
    ("not right.age", "not takes yes or no"),
    ("left.discount_start + right.date_added", "+ cannot join a date and a date"),
    ("left.discount_start * 2", "* cannot join"),
    ("-left.discount_start", "- takes a number"),
    ("coalesce(left.discount_end, 0)", "and was given a date, a number"),
    ("abs(left.discount_start)", "abs is written abs(number)"),
    ("coalesce(left.age)", "coalesce is written"),
    ("if(right.age, 1, 2)", "if is written"),
    ("left.running is true", "is goes with null only"),
    ("left.age in (right.age)", "in takes a list of constants"),
    ("left.age between 'a' and 'b'", "between sets a number against text"),
    # codes and constants
    ("left.discount_type = 'single_persn'", "left.discount_type never holds 'single_persn'"),
    ("left.discount_type in ('empty', 'second')", "never holds 'second'"),
    ("date '2026-02-30' = run.as_at", "is not a date"),
    ("right.age > 10000000000000", "too large"),
    (f"left.surname = '{'x' * 101}'", "101 characters"),
    ("true" + " and true" * 150, "parts"),
    ("left.surname = '" + "x" * 2000, "characters"),
    ("(" * 900 + "true" + ")" * 900, ""),
]


@pytest.mark.parametrize(("text", "what"), REFUSED)
def test_expression_is_refused_with_a_reason(text: str, what: str) -> None:
    with pytest.raises(ExpressionFault) as caught:
        compile_expression(text, NAMES)
    assert what in caught.value.what
    assert "sqlglot" not in caught.value.what + caught.value.remedy
    assert "<class" not in caught.value.what


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("left.discont_type = 'empty'", "Did you mean left.discount_type?"),
        ("left.discount_type = 'single_persn'", "Did you mean single_person?"),
        ("rigth.age > 1", "Did you mean right?"),
        ("coalesc(left.age, 1)", "Did you mean coalesce?"),
        ("days_betwen(left.valid_from, run.as_at) > 3", "Did you mean days_between?"),
        ("today() > left.valid_from", "Write run.as_at: the day the night speaks of."),
        ("month(left.valid_from) = 4", f"The functions are {', '.join(FUNCTIONS)}."),
        (
            "left.address = right.address",
            "There is left.flat, left.number, left.building, left.street, left.town, left.postcode, left.uprn.",
        ),
        ("left.dob = right.date_of_birth", "Write left.date_of_birth."),
    ],
)
def test_refusal_names_the_nearest_choice(text: str, remedy: str) -> None:
    with pytest.raises(ExpressionFault) as caught:
        compile_expression(text, NAMES)
    assert caught.value.remedy == remedy


def test_refusal_names_the_position() -> None:
    with pytest.raises(ExpressionFault, match=r"^character 18 of this text: there is no right\.aged"):
        compile_expression("left.running and right.aged > 1", NAMES)


def test_wanted_kind_is_held() -> None:
    with pytest.raises(ExpressionFault, match="yields a number, not yes or no"):
        compile_expression("right.age", NAMES, wanted=Kind.TRUTH)


def test_conjuncts_are_split_by_side() -> None:
    sentence = "left.running and (right.running and right.age > 1) and (left.age = right.age or left.running)"
    parts = conjuncts(compile_expression(sentence, NAMES))
    assert [sorted(part.varies_with) for part in parts] == [["left"], ["right"], ["right"], ["left", "right"]]


@pytest.mark.parametrize(
    ("text", "symmetric"),
    [
        ("left.partner = right.partner", True),
        ("left.age + right.age > 3 and left.running and right.running", True),
        ("left.age > right.age", False),
        ("left.age > right.age or right.age > left.age", True),
        ("abs(pair.start_gap_days) < 3", False),
        ("pair.overlap_days > 3", True),
        ("left.running", False),
    ],
)
def test_canonical_text_shows_symmetry(text: str, symmetric: bool) -> None:
    node = compile_expression(text, NAMES)
    assert (canonical(node) == canonical(node, swapped=True)) is symmetric
