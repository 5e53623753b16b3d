"""Of two candidates for an address the likelier one outweighs the other; addresses as written."""

import numpy as np
import pyarrow as pa
import pytest

from fraudmatch.linkage import load_model, prepare
from fraudmatch.normalise.addresses import Address, read_address

COLUMNS = ("uprn", *Address._fields, "postcode")
PLACE = {"postcode": "GL50 1AA"}


def weights(written, candidates, places=None):
    """Match weight of an address with each candidate, all at one postcode unless `places` says other."""
    rows = [read_address(text)._asdict() | PLACE for text in (written, *candidates)]
    for row, place in zip(rows[1:], places or [], strict=False):
        row |= place
    table = pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in COLUMNS})
    count = len(candidates)
    linker = prepare(table, load_model("property"))
    return linker.totals(np.zeros(count, np.int64), np.arange(1, count + 1)).tolist()


LIKELIER = [
    ("a flat of the house beats the house", "Flat 2, 10 Lark Road", ["Apt 2, 10 Lark Rd", "10 Lark Road"]),
    ("a floor for a letter beats another floor", "First Floor Flat, 10 Lark Road", ["Flat A, 10 Lark Road", "Ground Floor Flat, 10 Lark Road"]),
    ("a floor for a letter beats no flat", "First Floor Flat, 10 Lark Road", ["Flat A, 10 Lark Road", "10 Lark Road"]),
    ("B for 2 beats C for 2", "Flat 2, 10 Lark Road", ["Flat B, 10 Lark Road", "Flat C, 10 Lark Road"]),
    ("top for second beats ground", "Top Floor Flat, 10 Lark Road", ["Second Floor Flat, 10 Lark Road", "Ground Floor Flat, 10 Lark Road"]),
    ("a range beats the neighbour", "Flat 2, 10 Lark Road", ["Flat 2, 10-12 Lark Road", "Flat 2, 14 Lark Road"]),
    ("the house beats its annexe", "8 Lark Road", ["8 Lark Road", "Annexe at 8 Lark Road"]),
    ("the bare address beats a business there", "10 Lark Road", ["10 Lark Road", "Rose Cafe, 10 Lark Road"]),
    ("the business without its number beats another number", "Rose Cafe, Lark Lane, Anytown",
     ["Rose Cafe, 6 Lark Road, Anytown", "8 Lark Road, Anytown"]),
    ("another street type beats another number", "9 Lark Lane", ["9 Lark Road", "8 Lark Lane"]),
    ("same house beats its neighbour", "Rose Cottage, Lark Lane", ["Rose Cottage, Lark Lane", "Elm Cottage, Lark Lane"]),
]  # fmt: skip


@pytest.mark.parametrize(("written", "candidates"), [c[1:] for c in LIKELIER], ids=[c[0] for c in LIKELIER])
def test_the_likelier_candidate_weighs_more(written, candidates):
    better, worse = weights(written, candidates)
    assert better > worse


def test_a_typing_error_in_the_postcode_beats_another_house_at_the_postcode():
    better, worse = weights(
        "14 Lark Grove", ["14 Lark Grove", "2 Lark Grove"], [{"postcode": "GL50 1AB"}, PLACE]
    )
    assert better > worse


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Flat 2, 10 High St, Anytown", "APARTMENT 2, 10 HIGH STREET, ANYTOWN"),
        ("Rose Cottage, Mill Lane, Anytown", "THE ROSE COTTAGE, MILL LN, ANYTOWN"),
        ("Rose Cottage, 3 Mill Lane, Anytown", "ROSE COTTAGE, MILL LANE, ANYTOWN"),
        ("10 St John's Rd, Anytown", "10 SAINT JOHNS ROAD, ANYTOWN"),
    ],
)
def test_one_property_written_two_ways_links(one, other):
    assert weights(one, [other])[0] >= load_model("property").threshold_milli


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Flat 2, Rose Court, 10 High St, Anytown", "Flat 3, Rose Court, 10 High St, Anytown"),
        ("Rose Court, 10 High St, Anytown", "Flat 3, Rose Court, 10 High St, Anytown"),
        ("10 High St, Anytown", "12 High St, Anytown"),
        ("Rose Cottage, Mill Lane, Anytown", "Elm Cottage, Mill Lane, Anytown"),
        ("First Floor Flat, 10 High St, Anytown", "Ground Floor Flat, 10 High St, Anytown"),
        ("8 High St, Anytown", "Annexe at 8 High St, Anytown"),
    ],
)
def test_neighbours_do_not_link(one, other):
    assert weights(one, [other])[0] < load_model("property").threshold_milli
