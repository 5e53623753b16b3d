"""The shape of rule, parameter and value files, before any expression is read."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from fraudmatch.errors import Problem
from fraudmatch.schemas import VALUE_CLASSES as VALUE_CLASSES
from fraudmatch.schemas import Review, ValueClass
from fraudmatch.scoring.language import nearest

Relation = Literal[
    "person", "property", "organisation", "account", "payment", "phone", "email", "equal", "none", "group"
]
GroupedBy = Literal["person", "property", "organisation", "account", "phone", "email"]
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
_Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,60}$")]
_Points = Annotated[int, Field(ge=-100, le=100)]

#: The date an example speaks of unless it names its own.
EXAMPLE_AS_AT = dt.date(2026, 4, 1)


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Law(_Strict):
    """A provision the rule rests on.

    Attributes:
        verified: a colleague has read the provision and found that it says this.
    """

    title: _Text
    href: str = ""
    verified: bool = False


class PairPart(_Strict):
    """Which records are brought together, and by which link."""

    left: str
    right: str | None = None
    relation: Relation
    scope: Literal["same_partner", "cross_partner", "any"] = "any"


class GroupPart(_Strict):
    """Which records are put together, instead of in pairs; one flag for each group.

    Attributes:
        of: data set. by: what the members share.
        member: the fact about `left.*` that decides who is a member; None = every record.
        scope: same_partner makes one group for each partner.
    """

    of: str
    by: GroupedBy
    member: _Name | None = None
    scope: Literal["same_partner", "any"] = "any"


class FlagPart(_Strict):
    """The one sentence over the facts, and the facts that hold a flag back.

    Attributes:
        unless: facts, the first true one of which is the reason a pair is held back; it is counted.
    """

    when: _Text
    unless: list[_Name] = []


class ShowPart(_Strict):
    """Detail columns worth showing for each side."""

    left: list[str] = []
    right: list[str] = []


_REVIEW = Review()


class YieldPart(_Strict):
    """The chance that a flag of the rule is real before outcomes are known, as a Beta distribution.

    Attributes:
        rate: its mean. strength: how many decided flags it is worth.
        source: where it was published, or that it was not. verified: a colleague has read it there.
    """

    rate: Annotated[float, Field(gt=0, lt=1)] = _REVIEW.rate
    strength: Annotated[float, Field(gt=0, le=1000, strict=False)] = _REVIEW.strength
    source: _Text = _REVIEW.source
    verified: bool = False


class ReviewPart(_Strict):
    """What the work on a flag takes and is expected to bring.

    Attributes:
        minutes: officer time to a decision.
    """

    minutes: Annotated[int, Field(ge=1, le=10_000)] = _REVIEW.minutes
    expected: YieldPart = Field(alias="yield", default=YieldPart())

    def plain(self) -> Review:
        """The same, as other stages read it."""
        told = self.expected
        return Review(self.minutes, told.rate, told.strength, told.source, told.verified)


class Expectation(_Strict):
    """What an example must come to; points and values are checked where given.

    Attributes:
        held: the fact of `unless` that holds it back; such an example is not flagged.
    """

    flagged: bool
    held: str | None = None
    points: int | None = None
    value: dict[ValueClass, int] = {}


class Example(_Strict):
    """One drawn case; a column that is not given is unknown.

    Attributes:
        members: of a rule about groups, the records that share what it groups by; `person` names who
            each is linked to.
    """

    name: _Text
    as_at: dt.date = EXAMPLE_AS_AT
    left: dict[str, Any] = {}
    right: dict[str, Any] = {}
    link: dict[str, Any] = {}
    pair: dict[str, Any] = {}
    members: list[dict[str, Any]] = []
    expect: Expectation


class RuleFile(_Strict):
    """A rule file as written; the meaning of each key is in docs/writing-a-rule.md.

    Attributes:
        paired: the section [pair]. group: the section [group]. A sound file has one of them.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,7}-[A-Z]{2,4}-[0-9]{3}$")]
    title: _Text
    version: Annotated[int, Field(ge=1, le=10_000)]
    status: Literal["draft", "trial", "live", "retired"]
    owner: _Text
    service: _Text
    description: _Text
    legal_basis: Annotated[list[Law], Field(min_length=1)]
    innocent_explanations: Annotated[list[_Text], Field(min_length=1)]
    next_step: _Text
    paired: PairPart | None = Field(None, alias="pair")
    group: GroupPart | None = None
    facts: Annotated[dict[_Name, str], Field(min_length=1)]
    reasons: dict[_Name, _Text]
    flag: FlagPart
    points: dict[_Name, _Points]
    value: dict[ValueClass, str] = {}
    show: ShowPart = ShowPart()
    review: ReviewPart = ReviewPart()
    example: Annotated[list[Example], Field(min_length=1)]

    @model_validator(mode="after")
    def _pairs_or_groups(self) -> RuleFile:
        if (self.paired is None) == (self.group is None):
            raise ValueError("a rule has either [pair] or [group]")
        return self

    @property
    def pair(self) -> PairPart:
        """[pair]; of a rule about groups, its data set as one side alone under the relation "group"."""
        if self.group is not None:
            return PairPart(left=self.group.of, relation="group", scope=self.group.scope)
        assert self.paired is not None, "checked when the file was read"
        return self.paired


class InForce(_Strict):
    """The number from a day on.

    Attributes:
        source: where it is laid down; "unverified" when nobody has checked it.
    """

    starts: dt.date = Field(alias="from")
    value: int | float | str | dt.date
    source: _Text
    href: str = ""
    verified: bool = False


class DatedNumber(_Strict):
    """A number that law, policy or the house sets, by the day it is in force from.

    Attributes:
        basis: who sets it; "design" is a choice of this library that a site may replace.
        money: of a value, the class of amounts it is; the classes are never added together.
    """

    label: _Text
    unit: _Text
    basis: Literal["law", "policy", "published", "design"]
    money: Literal["actual", "estimate", "notional", "prevented"] | None = Field(None, alias="class")
    in_force: Annotated[list[InForce], Field(min_length=1)]

    def on(self, day: dt.date) -> InForce | None:
        """The entry in force on `day`; None before the first."""
        return max((e for e in self.in_force if e.starts <= day), key=lambda e: e.starts, default=None)


_DATED = TypeAdapter(dict[_Name, DatedNumber])
_Read = TypeVar("_Read")


def read_rule(path: Path, shown: str) -> RuleFile | list[Problem]:
    """The rule file at `path`, or all that is wrong with its shape; `shown` names it to people."""
    written = _toml(path, shown)
    if isinstance(written, list):
        return written
    try:
        return RuleFile.model_validate(written)
    except ValidationError as error:
        return _problems(error, shown)


def read_dated(path: Path, shown: str) -> dict[str, DatedNumber] | list[Problem]:
    """The parameter or value file at `path`, or all that is wrong with its shape."""
    written = _toml(path, shown)
    if isinstance(written, list):
        return written
    try:
        return _DATED.validate_python(written)
    except ValidationError as error:
        return _problems(error, shown)


def _toml(path: Path, shown: str) -> dict[str, Any] | list[Problem]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return [Problem(shown, "", f"this is not a TOML file: {error}.", "Correct the line named.")]


def _problems(error: ValidationError, shown: str) -> list[Problem]:
    return [
        Problem(shown, ".".join(str(part) for part in fault["loc"]), *_wording(dict(fault)))
        for fault in error.errors(include_url=False, include_context=False)
    ]


def _wording(fault: dict[str, Any]) -> tuple[str, str]:
    """What and remedy of one finding of pydantic; a key that is unknown gets the nearest known one."""
    if fault["type"] == "extra_forbidden":
        return "there is no such key.", nearest(str(fault["loc"][-1]), list(_keys_at(fault["loc"])))
    if fault["type"] == "missing":
        return "this key is missing.", ""
    if fault["type"] == "string_too_short":
        return "this is still blank.", "Fill it in."
    return f"{fault['msg']}.", ""


_INNER: dict[str, type[BaseModel]] = {
    "pair": PairPart, "group": GroupPart, "flag": FlagPart, "show": ShowPart, "legal_basis": Law,
    "example": Example, "expect": Expectation, "in_force": InForce, "review": ReviewPart, "yield": YieldPart,
}  # fmt: skip


def _keys_at(place: tuple[int | str, ...]) -> list[str]:
    """The keys allowed where an unknown one was found."""
    around = [part for part in place[:-1] if isinstance(part, str)]
    if not around:
        return [field.alias or name for name, field in RuleFile.model_fields.items()]
    model = _INNER.get(around[-1], DatedNumber)
    return [field.alias or name for name, field in model.model_fields.items()]
