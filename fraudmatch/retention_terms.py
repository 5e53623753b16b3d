"""How long a site keeps what: the [retention] table of site.toml."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from fraudmatch.datasets import DATASETS

#: Months; twenty years are the most.
_MONTHS = Field(default=None, ge=1, le=240)


class DataSetTerms(BaseModel):
    """Months for one data set; null = as for all.

    Attributes:
        deliveries: files as they came. runs: nights that hold records of it. sent_back: rows set aside, as they came.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    deliveries: int | None = _MONTHS
    runs: int | None = _MONTHS
    sent_back: int | None = _MONTHS


class Retention(BaseModel):
    """Months after which `purge` removes what is no longer in use; each site agrees its own.

    The numbers that stand unless a site writes others are design, near those of published practice: pilots under the Digital
    Economy Act registered one year. docs/retention.md says which number is whose.

    Attributes:
        deliveries: since the night that read the file first. runs: since the date a night speaks of.
        sent_back: rows set aside, since the date of their night.
        decisions: since the day of the decision, its note, officer and references; "keep" = for good. The rest always stays.
        data_set: other months for one data set. A night holds many and goes when the first of them must.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    deliveries: int = Field(default=3, ge=1, le=240)
    runs: int = Field(default=12, ge=1, le=240)
    sent_back: int = Field(default=3, ge=1, le=240)
    decisions: Annotated[int, Field(ge=1, le=240)] | Literal["keep"] = "keep"
    data_set: dict[str, DataSetTerms] = {}

    @field_validator("data_set")
    @classmethod
    def _known(cls, told: dict[str, DataSetTerms]) -> dict[str, DataSetTerms]:
        strange = sorted(set(told) - set(DATASETS))
        if strange:
            raise ValueError(f"there is no data set {', '.join(strange)}; see docs/datasets.md")
        return told

    def months(self, kind: Literal["deliveries", "runs", "sent_back"], datasets: set[str | None]) -> int:
        """Months of what holds these data sets: the fewest of theirs, and those for all where one has none."""
        mine = [getattr(self.data_set.get(name or "", DataSetTerms()), kind) for name in datasets]
        general: int = getattr(self, kind)
        return min([general if months is None else months for months in mine], default=general)
