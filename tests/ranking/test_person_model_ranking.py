"""The better pair outweighs the worse one: tests that survive a retuning of weights."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from fraudmatch.linkage import load_model, prepare

BASE = {
    "forename": "JOHN", "surname": "ARKWRIGHT", "middle_names": None, "name_suffix": None,
    "sex": None, "date_of_birth": dt.date(1980, 3, 4), "nino": "AB123456", "property_id": 1,
    "postcode": "GL50 1AA", "phone": None, "email": None, "bank": None, "correspondence_postcode": None,
    "number": None, "street": None, "building": None, "town": None,
}  # fmt: skip
TYPES = {"date_of_birth": pa.date32(), "property_id": pa.uint32()}


def weight(left, right):
    rows = [BASE | left, BASE | right]
    table = pa.table(
        {name: pa.array([row[name] for row in rows], TYPES.get(name, pa.string())) for name in BASE}
    )
    return int(prepare(table, load_model("person")).totals(np.array([0]), np.array([1]))[0])


BETTER_THAN = [
    ("same NI number beats missing", {}, {"nino": None}),
    ("missing NI number beats a different one", {"nino": None}, {"nino": "ZY987654"}),
    ("one digit off beats a different NI number", {"nino": "AB123457"}, {"nino": "ZY987654"}),
    ("same birth date beats missing", {}, {"date_of_birth": None}),
    ("missing birth date beats a different one", {"date_of_birth": None}, {"date_of_birth": dt.date(1951, 7, 19)}),
    ("swapped day and month beat a different date", {"date_of_birth": dt.date(1980, 4, 3)}, {"date_of_birth": dt.date(1951, 7, 19)}),
    ("same property beats same postcode", {}, {"property_id": 2}),
    ("same postcode beats same sector", {"property_id": None}, {"property_id": None, "postcode": "GL50 1AB"}),
    ("same sector beats elsewhere", {"property_id": None, "postcode": "GL50 1AB"}, {"property_id": None, "postcode": "OX1 9ZZ"}),
    ("full forename beats initial", {}, {"forename": "J"}),
    ("initial beats another forename", {"forename": "J"}, {"forename": "MARY"}),
    ("short form beats another forename", {"forename": "JACK"}, {"forename": "MARY"}),
    ("typing error beats another surname", {"surname": "ARKWRGIHT"}, {"surname": "BLENKINSOP"}),
    ("swapped names beat other names", {"forename": "ARKWRIGHT", "surname": "JOHN"}, {"forename": "MARY", "surname": "BLENKINSOP"}),
]  # fmt: skip


@pytest.mark.parametrize(("better", "worse"), [c[1:] for c in BETTER_THAN], ids=[c[0] for c in BETTER_THAN])
def test_the_better_pair_weighs_more(better, worse):
    assert weight({}, better) > weight({}, worse)


def test_a_rare_surname_weighs_more_than_a_common_one():
    far = {"property_id": None, "nino": None}
    common = {"surname": "SMITH"} | far
    rare = {"surname": "FEATHERSTONEHAUGH"} | far
    assert weight(rare, rare) > weight(common, common)


@pytest.mark.parametrize(
    ("what", "left", "right"),
    [
        ("spouses", {"nino": None, "date_of_birth": None}, {"nino": None, "date_of_birth": None, "forename": "MARY"}),
        ("twins", {"nino": None}, {"nino": None, "forename": "PETER"}),
        ("father and son of one name", {"nino": None}, {"nino": None, "date_of_birth": dt.date(1951, 7, 19)}),
        ("namesakes apart", {"surname": "SMITH", "nino": None, "property_id": 5, "date_of_birth": None},
         {"surname": "SMITH", "nino": None, "property_id": 2, "date_of_birth": None, "postcode": "OX1 9ZZ"}),
    ],
)  # fmt: skip
def test_people_who_are_easily_confused_do_not_link(what, left, right):
    assert weight(left, right) < load_model("person").threshold_milli


@pytest.mark.parametrize(
    ("what", "left", "right"),
    [
        ("same name at one property without a birth date", {"nino": None, "date_of_birth": None}, {"nino": None, "date_of_birth": None}),
        ("mover with birth date", {"nino": None}, {"nino": None, "property_id": 2, "postcode": "OX1 9ZZ"}),
        ("married and moved, same NI number", {}, {"surname": "BLENKINSOP", "property_id": 2, "postcode": "OX1 9ZZ"}),
    ],
)  # fmt: skip
def test_people_who_are_the_same_link(what, left, right):
    assert weight(left, right) >= load_model("person").threshold_milli
