"""People who are easily confused stay apart in groups too, also where a third record could be either."""

import datetime as dt

import pyarrow as pa
import pytest

from fraudmatch.linkage import link, load_model

BASE = {
    "forename": "JOHN", "surname": "ARKWRIGHT", "middle_names": None, "name_suffix": None,
    "sex": None, "date_of_birth": dt.date(1980, 3, 4), "nino": None, "property_id": 1, "birth_place": None,
    "postcode": "GL50 1AA", "phone": None, "email": None, "bank": None, "correspondence_postcode": None,
}  # fmt: skip
TYPES = {"date_of_birth": pa.date32(), "property_id": pa.uint32()}

FATHER = {"date_of_birth": dt.date(1951, 7, 19)}
TWIN = {"forename": "PETER"}
WIFE = {"forename": "MARY", "date_of_birth": dt.date(1982, 11, 23)}
NO_DATE = {"date_of_birth": None}
INITIAL = {"forename": "J"}
MOVED = {"property_id": 2, "postcode": "OX1 9ZZ"}


def groups(*people):
    model = load_model("person")
    rows = [BASE | person for person in people]
    columns = sorted({*BASE, *model.base_columns})
    table = pa.table({n: pa.array([row.get(n) for row in rows], TYPES.get(n, pa.string())) for n in columns})
    return link(table, model, threads=1).groups.tolist()


@pytest.mark.parametrize(
    ("who", "people", "expected"),
    [
        ("father and son of one name", [{}, FATHER, {}, FATHER], [0, 1, 0, 1]),
        ("twins", [{}, TWIN, {}, TWIN], [0, 1, 0, 1]),
        ("a couple", [{}, WIFE, {}, WIFE], [0, 1, 0, 1]),
        ("father, son, and a record without a date", [{}, FATHER, {}, FATHER, NO_DATE], [0, 1, 0, 1]),
        ("one each, and a record without a date", [{}, FATHER, NO_DATE], [0, 1]),
        ("twins, and a record with an initial and no date", [{}, TWIN, {}, TWIN, INITIAL | NO_DATE], [0, 1, 0, 1]),
        ("the son has moved; a record of the old home", [{}, MOVED, FATHER, NO_DATE], [0, 0, 2]),
    ],
)  # fmt: skip
def test_people_who_are_easily_confused_stay_in_groups_of_their_own(who, people, expected):
    assert groups(*people)[: len(expected)] == expected


def test_a_record_filled_in_by_halves_joins_the_two_halves():
    nino, phone = {"nino": "AB123456"}, {"phone": "01242900001", "email": "j@arkwright.example"}
    silent = MOVED | NO_DATE
    assert groups(nino | silent, nino | phone, phone | {"property_id": 3, "postcode": "CH1 1AA"}) == [0, 0, 0]
