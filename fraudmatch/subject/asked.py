"""What a person is looked for by, brought to the spelling in which records are kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from fraudmatch.datasets import DATASETS
from fraudmatch.errors import ConfigurationError
from fraudmatch.normalise.identifiers import nino as read_nino
from fraudmatch.normalise.names import PersonName, read_full_name
from fraudmatch.normalise.postcodes import postcode as read_postcode


@dataclass(frozen=True)
class Asked:
    """What was asked for; null means not asked.

    Attributes:
        name: in the parts of RECORDS. nino: without its suffix. postcode: with its blank.
        references: (partner, data set, reference).
    """

    name: PersonName | None = None
    born: dt.date | None = None
    nino: str | None = None
    postcode: str | None = None
    references: tuple[tuple[str, str, str], ...] = ()

    def as_keyed(self) -> str:
        """All of it as one text, for a keyed digest; the same question gives the same text."""
        parts = [
            self.name and tuple(self.name),
            self.born and self.born.isoformat(),
            self.nino,
            self.postcode,
        ]
        return repr([*parts, sorted(self.references)])


def asked_for(
    name: str | None, born: dt.date | None, nino: str | None, postcode: str | None, references: Sequence[str]
) -> Asked:
    """What a person typed, read as records are read.

    Args:
        references: each as partner:data_set:reference.

    Raises:
        ConfigurationError: a value cannot be read, or there is too little to tell people apart: a
            reference, a National Insurance number, or two of name, date of birth and postcode.
    """
    read_name = read_full_name(name) if name else None
    found_nino, found_postcode = nino and read_nino(nino), postcode and read_postcode(postcode)
    # The value itself is not repeated: messages end up in logs.
    for typed, read, option in (
        (name, read_name and read_name.surname and read_name.forename, "--name (a forename and a surname)"),
        (nino, found_nino, "--nino"),
        (postcode, found_postcode, "--postcode"),
    ):
        if typed is not None and not read:
            raise ConfigurationError(
                f"What {option} says cannot be read.", remedy="Correct it, or leave it out."
            )
    asked = Asked(
        read_name,
        born,
        found_nino or None,
        found_postcode or None,
        tuple(_reference(text) for text in references),
    )
    two = sum(part is not None for part in (asked.name, asked.born, asked.postcode)) >= 2
    if not (asked.references or asked.nino or two):
        raise ConfigurationError(
            "That is too little to tell one person from another.",
            remedy="Give a --reference, a --nino, or two of --name, --born and --postcode.",
        )
    return asked


def _reference(text: str) -> tuple[str, str, str]:
    parts = text.split(":", 2)
    if len(parts) != 3 or not all(parts) or parts[1] not in DATASETS:
        raise ConfigurationError(
            "A --reference is not one of partner:data_set:reference.",
            remedy="For example first_council:council_tax:CT123.",
        )
    return parts[0], parts[1], parts[2]
