"""New, gone and same flags and their causes, against a slow and obvious reference."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st
from small_nights import Flagged, Person, night

from fraudmatch.nights import CAUSES, NightRead, changes_between
from fraudmatch.nights.compare import rules_of

APRIL = dt.date(2026, 4, 30)


@dataclass(frozen=True)
class World:
    """What a night is made of."""

    people: tuple[Person, ...]
    flags: tuple[Flagged, ...]
    rules: dict[str, int]
    overruled: frozenset[str]
    april: bool
    models: str

    @property
    def read(self) -> NightRead:
        as_at = APRIL if self.april else dt.date(2026, 3, 31)
        told = {"settings": {"model person": self.models}}
        return night(self.people, self.flags, rules=self.rules, overruled=self.overruled, as_at=as_at, **told)


people = st.builds(
    Person,
    st.sampled_from(["ashby", "bramley"]),
    st.sampled_from(["1", "2", "3"]),
    st.sampled_from(["QUILL", "ROOK"]),
    st.sampled_from([None, 0, 1]),
    st.sampled_from([None, 0]),
    st.sampled_from(["Clerk", "Cook"]),
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    several = draw(st.lists(people, min_size=1, max_size=5))
    # Ids of groups are those of their smallest record, as in GROUPS.
    several = [
        replace(one, person=_first(several, "person", one), home=_first(several, "home", one)) for one in several
    ]  # fmt: skip
    keys = draw(st.sets(st.sampled_from(["a", "b", "c", "d", "e"])))
    places = st.integers(0, len(several) - 1)
    flags = tuple(
        Flagged(key, "R" if key < "d" else "S", tuple(draw(st.lists(places, min_size=1, max_size=3))))
        for key in sorted(keys)
    )
    return World(
        tuple(several), flags, draw(st.sampled_from([{"R": 1, "S": 1}] * 3 + [{"R": 2, "S": 1}])),
        frozenset(draw(st.sets(st.sampled_from(["a", "d"]), max_size=1)) - keys), draw(st.booleans()),
        draw(st.sampled_from(["one", "one", "two"])),
    )  # fmt: skip


def _first(several: Sequence[Person], name: str, one: Person) -> int | None:
    said = getattr(one, name)
    return None if said is None else next(i for i, each in enumerate(several) if getattr(each, name) == said)


def nearly_the_same(world: World) -> st.SearchStrategy[World]:
    """Two worlds that agree in most are the ones in which the later causes are met."""
    surnames = st.lists(st.sampled_from(["QUILL", "ROOK"]), min_size=5, max_size=5)
    return st.one_of(
        worlds(),
        st.builds(lambda keys, april: replace(world, flags=tuple(f for f in world.flags if f.key in keys), april=april),
                  st.sets(st.sampled_from("abcde")), st.booleans()),
        st.builds(lambda named, keys: replace(
            world, people=tuple(replace(p, surname=n) for p, n in zip(world.people, named, strict=False)),
            flags=tuple(f for f in world.flags if f.key in keys)), surnames, st.sets(st.sampled_from("abcde"))),
    )  # fmt: skip


def obvious(here: World, other: World, flag: Flagged) -> str:
    """The cause of a flag that `here` has and `other` has not."""
    mine = [here.people[place] for place in flag.records]
    if here.rules[flag.rule] != other.rules[flag.rule]:
        return "rule"
    if flag.key in other.overruled:
        return "override"
    if {one.partner for one in mine} - {one.partner for one in other.people}:
        return "dataset"
    if {_reference(one) for one in mine} - {_reference(one) for one in other.people}:
        return "record"
    for cause, told in (("content", _held), ("grouping", _companions), ("around", _around)):
        for one in mine:
            if _by_reference(here, one, told) != _by_reference(other, one, told):
                return cause
    if here.models != other.models:
        return "setting"
    return "date" if here.april != other.april else "other"


def fields(here: World, other: World, flags: Sequence[Flagged]) -> dict[str, int]:
    """Field -> flags that rest on a record in which it differs."""
    found = Counter(
        name
        for flag in flags
        for name in {one for place in flag.records for one in _differing(here, other, here.people[place])}
    )
    return dict(found)


def _differing(here: World, other: World, one: Person) -> list[str]:
    mine, theirs = ([p for p in world.people if _reference(p) == _reference(one)] for world in (here, other))
    if len(mine) != len(theirs):
        return ["records_of_the_reference"]
    columns = {"surname": "surname", "job_title": "job"}
    return [
        column
        for column, name in columns.items()
        if Counter(getattr(p, name) for p in mine) != Counter(getattr(p, name) for p in theirs)
    ]


def _reference(one: Person) -> tuple[str, str]:
    return one.partner, one.reference


def _by_reference(world: World, one: Person, told) -> Counter:
    return Counter(told(world, each) for each in world.people if _reference(each) == _reference(one))


def _held(world: World, one: Person) -> tuple:
    return one.surname, one.job


def _group(world: World, one: Person, name: str) -> list[Person] | None:
    said = getattr(one, name)
    return None if said is None else [each for each in world.people if getattr(each, name) == said]


def _companions(world: World, one: Person) -> tuple:
    groups = (_group(world, one, name) for name in ("person", "home"))
    return tuple(None if group is None else tuple(sorted(map(_reference, group))) for group in groups)


def _around(world: World, one: Person) -> tuple:
    groups = (_group(world, one, name) for name in ("person", "home"))
    return tuple(
        None if group is None else tuple(sorted((*_reference(each), *_held(world, each)) for each in group))
        for group in groups
    )


@settings(max_examples=400)
@given(worlds().flatmap(lambda world: st.tuples(st.just(world), nearly_the_same(world))))
def test_every_new_and_gone_flag_has_the_cause_that_an_obvious_comparison_finds(
    two: tuple[World, World],
) -> None:
    tonight, before = two
    changes = changes_between(tonight.read, before.read)
    now, then = {f.key: f for f in tonight.flags}, {f.key: f for f in before.flags}
    new = {key: obvious(tonight, before, now[key]) for key in now.keys() - then.keys()}
    gone = {key: obvious(before, tonight, then[key]) for key in then.keys() - now.keys()}
    assert changes.new == Counter(new.values()) and changes.gone == Counter(gone.values())
    assert changes.same == len(now.keys() & then.keys())
    for line in changes.lines:
        mine = [key for key, flag in now.items() if flag.rule == line.rule_id]
        assert line.tonight == len(mine) and line.new_flags == len([key for key in mine if key not in then])
        assert line.new == Counter(new[key] for key in mine if key in new)
        assert line.tonight - line.new_flags == line.before - line.gone_flags == line.same
    assert {line.rule_id for line in changes.lines} == {flag.rule for flag in (*now.values(), *then.values())}
    assert changes.new_fields == fields(tonight, before, [now[key] for key in new if new[key] == "content"])
    assert changes.gone_fields == fields(
        before, tonight, [then[key] for key in gone if gone[key] == "content"]
    )
    for named, told in ((changes.new_examples, new), (changes.gone_examples, gone)):
        assert {cause: [one.flag_key for one in each] for cause, each in named.items()} == {
            cause: sorted(key for key in told if told[key] == cause)[:3] for cause in set(told.values())
        }


@given(worlds())
def test_a_night_held_against_itself_has_changed_nothing(world: World) -> None:
    changes = changes_between(world.read, world.read)
    assert not changes.new and not changes.gone and not changes.causes
    assert changes.same == len(world.flags)


@given(worlds(), st.randoms(use_true_random=False))
def test_the_ids_of_records_do_not_matter(world: World, chance) -> None:
    order = list(range(len(world.people)))
    chance.shuffle(order)
    at = {old: new for new, old in enumerate(order)}
    moved = [
        replace(one, person=None if one.person is None else at[one.person], home=None if one.home is None else at[one.home])
        for one in (world.people[place] for place in order)
    ]  # fmt: skip
    fewer = replace(world, people=tuple(moved), flags=())
    changes = changes_between(world.read, fewer.read)
    assert set(changes.new) <= {"override", "other"}


def test_two_neighbours_that_change_places_are_a_change_around() -> None:
    homes = [
        Person("ashby", str(place), name, home=0) for place, name in enumerate(("QUILL", "ROOK", "TEAL"))
    ]
    swapped = [homes[0], replace(homes[1], surname="TEAL"), replace(homes[2], surname="ROOK")]
    flag = Flagged("a", "R", (0,))
    changes = changes_between(night(homes, [flag], rules={"R": 1}), night(swapped, rules={"R": 1}))
    assert changes.new == {"around": 1}


def test_an_empty_night_against_a_full_one_and_back() -> None:
    full = night([Person("ashby", "1", "QUILL")], [Flagged("a", "R", (0,))], rules={"R": 1})
    empty = night(rules={"R": 1})
    assert changes_between(empty, full).gone == {"dataset": 1}
    assert changes_between(full, empty).new == {"dataset": 1}
    assert changes_between(empty, empty).lines == ()


def test_a_rule_whose_file_differs_is_a_changed_rule_though_its_version_stands() -> None:
    rules = {"rules": {"R-1": {"version": 1, "status": "live"}}}
    one = rules | {"settings": {"shipped rules/x/r-1.toml": "aa", "site.toml": "x"}}
    two = rules | {"settings": {"shipped rules/x/r-1.toml": "bb", "site.toml": "y"}}
    assert rules_of(one, two) != rules_of(two, one)
    assert rules_of(one, rules) == rules_of(rules, one)  # a night that does not tell its settings


def test_the_words_of_every_cause_are_there() -> None:
    assert all(heading and meaning.endswith(".") for heading, meaning in CAUSES.values())
