"""What is said of two records together: the columns `pair.*`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.references import LOOK_ALIKES, letters_and_digits
from fraudmatch.scoring.births import birth_keys
from fraudmatch.scoring.keys import codes

#: Texts are compared up to this many characters, as in linkage: no name or reference that is one is longer.
LONGEST = 120

_TRUE = pa.scalar(True)
_FALSE = pa.scalar(False)
_UNKNOWN = pa.scalar(None, pa.bool_())


class PairView(Protocol):
    """Two records side by side, row by row, as the functions below read them."""

    as_at: dt.date

    def left(self, name: str) -> pa.Array:
        """A column of the left records."""

    def right(self, name: str) -> pa.Array:
        """A column of the right records."""

    def left_names(self) -> pa.Array:
        """Names of the left parties."""

    def right_names(self) -> pa.Array:
        """Names of the right parties."""

    def same_group(self, name: str) -> pa.Array:
        """Whether a group id (`person_id` …) agrees; null where either is unknown."""

    def known_there(self) -> pa.Array:
        """Whether a record of the linked person at the other's property bears the date of birth or number."""

    def shared_officers(self, *, at_address: bool) -> pa.Array:
        """How many officers the companies of both share."""

    def named_on_row(self) -> pa.Array:
        """Whether either is linked to somebody named on the other's row."""


def _both(view: PairView, name: str) -> tuple[pa.Array, pa.Array]:
    return view.left(name), view.right(name)


def same_forename(view: PairView) -> pa.Array:
    """Equal forenames; null when one is unknown or an initial that fits the other."""
    left, right = _both(view, "forename")
    initial = pc.or_(pc.equal(pc.utf8_length(left), 1), pc.equal(pc.utf8_length(right), 1))
    otherwise = pc.if_else(pc.and_(initial, pc.equal(*_initials(view))), _UNKNOWN, _FALSE)
    return pc.if_else(pc.equal(left, right), _TRUE, otherwise)


def _initials(view: PairView) -> list[pa.Array]:
    return [pc.utf8_slice_codeunits(side, 0, 1) for side in _both(view, "forename")]


def same_contact(view: PairView) -> pa.Array:
    """Telephone or e-mail agree: true when one does, else false when one differs, else null."""
    phone, email = pc.equal(*_both(view, "phone")), pc.equal(*_both(view, "email"))
    return pc.if_else(pc.fill_null(phone, False), _TRUE, pc.coalesce(email, phone))


def same_date_of_birth(view: PairView) -> pa.Array:
    """Dates of birth agree, day and month perhaps changed over."""
    return pc.equal(*map(birth_keys, _both(view, "date_of_birth")))


def identity_confirmed(view: PairView) -> pa.Array:
    """Dates of birth or National Insurance numbers agree, between the two or with a record at the other's home.

    Of two records at one home that bear different ones neither is confirmed by being there itself.
    """
    own = [same_date_of_birth(view), pc.equal(*_both(view, "nino"))]
    agree = pc.or_(*(pc.fill_null(one, False) for one in own))
    differ = pc.or_(*(pc.fill_null(pc.invert(one), False) for one in own))
    at_home = pc.and_(differ, pc.fill_null(view.same_group("property_id"), False))
    return pc.or_(agree, pc.and_not(view.known_there(), at_home))


def same_address_parts(view: PairView) -> pa.Array:
    """Flat, number and postcode agree; no flat on either side is agreement too."""
    no_flat = pc.and_(*(pc.is_null(side) for side in _both(view, "flat")))
    flat = pc.if_else(no_flat, _TRUE, pc.equal(*_both(view, "flat")))
    rest = pc.and_kleene(pc.equal(*_both(view, "number")), pc.equal(*_both(view, "postcode")))
    return pc.and_kleene(flat, rest)


def _days(dates: pa.Array) -> pa.Array:
    return dates.cast(pa.int32()).cast(pa.int64())


def overlap_days(view: PairView) -> pa.Array:
    """Days from the later start to the earlier end or the as-at date; 0 when they never met."""
    start = pc.max_element_wise(*(_days(s) for s in _both(view, "valid_from")), skip_nulls=False)
    today = pa.scalar((view.as_at - dt.date(1970, 1, 1)).days, pa.int64())
    end = pc.min_element_wise(*(_days(s) for s in _both(view, "valid_to")), today, skip_nulls=True)
    return pc.max_element_wise(pc.subtract(end, start), pa.scalar(0, pa.int64()), skip_nulls=False)


def start_gap_days(view: PairView) -> pa.Array:
    """Days from the start of the left to the start of the right; negative when right is older."""
    left, right = _both(view, "valid_from")
    return pc.subtract(_days(right), _days(left))


def _on_distinct(
    left: pa.Array, right: pa.Array, measure: Callable[[list[str], list[str]], np.ndarray]
) -> pa.Array:
    """`measure` of each pair of texts, called once per distinct pair; null where either is null.

    Texts are compared up to `LONGEST` characters: the time of a measure grows with the square of their length.
    """
    left, right = (pc.utf8_slice_codeunits(texts, 0, LONGEST) for texts in (left, right))
    known = np.asarray(pc.and_(pc.is_valid(left), pc.is_valid(right)))
    found = np.zeros(len(known), dtype=np.float64)
    rows = np.flatnonzero(known)
    if len(rows):
        chosen = pa.array(rows)
        both = pa.concat_arrays([left.take(chosen), right.take(chosen)])
        code = codes(both)
        keys = code[: len(rows)] * (code.max() + 1) + code[len(rows) :]
        _, first, where = np.unique(keys, return_index=True, return_inverse=True)
        one, other = both.take(pa.array(first)), both.take(pa.array(first + len(rows)))
        found[rows] = measure(one.to_pylist(), other.to_pylist())[where.reshape(-1)]
    return pa.array(found, mask=~known)


def name_similarity(view: PairView) -> pa.Array:
    """Indel similarity of the names with their words sorted, 0 to 1 (rapidfuzz token_sort_ratio)."""
    from rapidfuzz import fuzz, process

    def measure(one: list[str], other: list[str]) -> np.ndarray:
        return np.asarray(process.cpdist(one, other, scorer=fuzz.token_sort_ratio), dtype=np.float64) / 100

    return _on_distinct(view.left_names(), view.right_names(), measure)


def reference_distance(view: PairView) -> pa.Array:
    """Edits between invoice numbers (optimal string alignment), look-alike characters equal.

    The smaller of two distances: of the cleaned numbers, and of the whole ones, because a
    letter typed for a digit may hide where the prefix ends.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    def measure(one: list[str], other: list[str]) -> np.ndarray:
        return np.asarray(process.cpdist(one, other, scorer=OSA.distance), dtype=np.float64)

    distances = []
    whole = (letters_and_digits(side) for side in _both(view, "invoice_ref"))
    for left, right in (_both(view, "invoice_ref_clean"), whole):
        left, right = _look_alikes(left), _look_alikes(right)
        distances.append(_on_distinct(left, right, measure))
    return pc.min_element_wise(*distances)


def _look_alikes(references: pa.Array) -> pa.Array:
    for letter, digit in LOOK_ALIKES:
        references = pc.replace_substring(references, letter, digit)
    return references


def reference_step(view: PairView) -> pa.Array:
    """Difference of the numbers at the end of two invoice numbers whose beginnings agree."""
    stems, tails = [], []
    for references in _both(view, "invoice_ref_clean"):
        split = pc.extract_regex(references, "^(?P<stem>.*?)(?P<tail>[0-9]{1,12})$")
        stems.append(pc.struct_field(split, "stem"))
        tails.append(pc.struct_field(split, "tail").cast(pa.int64()))
    alike = pc.fill_null(pc.equal(*stems), False)
    return pc.if_else(alike, pc.abs(pc.subtract(*tails)), pa.scalar(None, pa.int64()))


#: pair.<name> -> how it is found.
PAIR_FUNCTIONS: dict[str, Callable[[PairView], pa.Array]] = {
    "same_partner": lambda view: pc.equal(*_both(view, "partner")),
    "same_property": lambda view: view.same_group("property_id"),
    "same_person": lambda view: view.same_group("person_id"),
    "same_organisation": lambda view: view.same_group("organisation_id"),
    "same_account": lambda view: view.same_group("account_id"),
    "identity_confirmed": identity_confirmed,
    "named_on_row": lambda view: view.named_on_row(),
    "shared_officers": lambda view: view.shared_officers(at_address=False),
    "shared_officers_at_address": lambda view: view.shared_officers(at_address=True),
    "same_nino": lambda view: pc.equal(*_both(view, "nino")),
    "same_date_of_birth": same_date_of_birth,
    "same_surname": lambda view: pc.equal(*_both(view, "surname")),
    "same_forename": same_forename,
    "same_initial": lambda view: pc.equal(*_initials(view)),
    "same_contact": same_contact,
    "same_address_parts": same_address_parts,
    "overlap_days": overlap_days,
    "start_gap_days": start_gap_days,
    "name_similarity": name_similarity,
    "reference_distance": reference_distance,
    "reference_step": reference_step,
}

#: Columns that cost string comparisons: asked last.
COSTLY = frozenset({"name_similarity", "reference_distance", "reference_step"})
