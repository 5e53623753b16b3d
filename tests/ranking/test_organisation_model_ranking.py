"""Of two pairs of organisations the surer one outweighs the other; whole names, read as the stage reads them."""

import numpy as np
import pyarrow as pa
import pytest

from fraudmatch.linkage import load_model, prepare
from fraudmatch.normalise.organisations import read_organisation

TEXTS = (
    "company_number", "charity_number", "vat_number", "organisation_core", "trading_name", "postcode",
    "correspondence_postcode", "bank", "phone", "email",
)  # fmt: skip


def weight(left, right):
    """Match weight of two organisations, each a name or a name with further columns."""
    rows = []
    for given in (left, right):
        name, rest = given if isinstance(given, tuple) else (given, {})
        read = read_organisation(name)
        rows.append({"organisation_core": read.core, "trading_name": read.trading, **rest})
    table = pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in TEXTS})
    return int(prepare(table, load_model("organisation")).totals(np.array([0]), np.array([1]))[0])


SAME = [
    ("Zyxophane Tyres Limited", "ZYXOPHANE TYRES LTD"),
    ("Zyxophane Tyres and Exhausts Centre Ltd", "ZYXOPHANE TYRES AND EXHAUSTS CENTRE LT"),
    ("Q B B Ltd", "QBB"),
    ("Tavener Ossian Partnership", "OSSIAN TAVENER PARTNERSHIP LTD"),
    ("Zyxophane Ltd T/A Rosethorn Cafe", "ROSETHORN CAFE"),
    ("Rosethorn Cafe Ltd (formerly Quobb Catering)", "QUOBB CATERING LTD"),
    ("Quobbwall Ltd", "QUOBB WALL LTD"),
    ("St Wystan's C of E Prim Sch", "SAINT WYSTANS CE PRIMARY SCHOOL"),
    ("Quobb Dist Allotment Assoc", "QUOBB DISTRICT ALLOTMENT ASSOCIATION"),
    ("Zyxophane Fuels Ltd", "ZYXOPHAN FUELS"),
    ("Zyxophane Books Ltd", "ZYXOPHANE BOKOS LTD"),
    ("Zyxophane Design Ltd", "ZYXOPHANE DEIGN LTD"),
    ("Zyxophane Quobb LLP", "ZYXOPHANE QUOBB SOLICITORS"),
    ("Ossington R D Ltd", "R D OSSINGTON LTD"),
    ("Zyxophane Mobile Fuels Ltd **USE 51317**", "ZYXOPHANE FUELS LIMITED"),
]

APART = [
    ("Quobb Primary School", "QUOBB PARISH COUNCIL"),
    ("Quobb Football Club", "QUOBB TENNIS CLUB"),
    ("St Anne's Primary School", "ST JOHN'S PRIMARY SCHOOL"),
    ("North Quobbshire Council", "SOUTH QUOBBSHIRE COUNCIL"),
    ("Larkfield Care Services Ltd", "OAKFIELD CARE SERVICES LTD"),
    ("A1 Taxis", "B2 TAXIS"),
    ("B & S Roofing", "C & S ROOFING"),
    ("Quobb Pharmacy 1269", "QUOBB PHARMACY 1270"),
    ("St Mark's Preschool", "ST MARY'S PRESCHOOL"),
    ("University Hospitals Larkham NHS Trust", "UNIVERSITY HOSPITALS OAKHAM NHS TRUST"),
    ("Smith Plumbing", "SMITH ELECTRICAL"),
    ("Community Care Services", "CARE COMMUNITY PROJECT"),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_one_firm_written_two_ways_links_by_name_alone(left, right):
    assert weight(left, right) >= load_model("organisation").threshold_milli


@pytest.mark.parametrize(("left", "right"), APART)
def test_two_that_share_words_do_not_link(left, right):
    assert weight(left, right) < load_model("organisation").threshold_milli


FIRM = "Zyxophane Tyres Ltd"
HOME = {"postcode": "GL50 1AA"}

BETTER_THAN = [
    ("same company number beats missing", (FIRM, {"company_number": "01234567"}), (FIRM, {"company_number": "01234567"}), FIRM, FIRM),
    ("missing company number beats another", FIRM, FIRM, (FIRM, {"company_number": "01234567"}), (FIRM, {"company_number": "07654321"})),
    ("company number beats VAT number", (FIRM, {"company_number": "01234567"}), (FIRM, {"company_number": "01234567"}),
     (FIRM, {"vat_number": "123456789"}), (FIRM, {"vat_number": "123456789"})),
    ("a rare word in common beats a common one", "Zyxophane Tyres", "Zyxophane Tyres Hire", "Community Care", "Community Care Hire"),
    ("a longer name beats one that contradicts", "Zyxophane Tyres", "Zyxophane Tyres Hire", "Zyxophane Tyres Cafe", "Zyxophane Tyres Hire"),
    ("same postcode beats elsewhere", (FIRM, HOME), (FIRM, HOME), (FIRM, HOME), (FIRM, {"postcode": "OX1 1AA"})),
]  # fmt: skip


@pytest.mark.parametrize(
    ("left", "right", "worse_left", "worse_right"),
    [c[1:] for c in BETTER_THAN],
    ids=[c[0] for c in BETTER_THAN],
)
def test_the_better_pair_weighs_more(left, right, worse_left, worse_right):
    assert weight(left, right) > weight(worse_left, worse_right)


def test_another_company_number_parts_firms_of_one_name():
    assert weight((FIRM, {"company_number": "01234567"}), (FIRM, {"company_number": "07654321"})) < 0


def test_one_vat_number_alone_does_not_join_two_names():
    group = {"vat_number": "123456789"}
    assert weight(("Quobb Primary School", group), ("Larkfield Grammar School", group)) < 0
