"""Laws of the stage on random text: nothing raises, nothing is empty, twice is once, nothing is lost."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudmatch.normalise import (
    addresses,
    contacts,
    identifiers,
    joint,
    names,
    normalise,
    organisations,
    postcodes,
)
from fraudmatch.reasons import REASONS
from fraudmatch.schemas import DELIVERIES, RECORDS, received_schema

# fmt: off
WORDS = [
    "mr", "mrs", "dr", "rev", "sir", "lord", "smith", "jones", "o", "brien", "mc", "donald", "van",
    "der", "de", "la", "john", "anne", "j", "a", "p", "&", "and", ",", "/", "(", ")", "ltd", "limited",
    "plc", "c", "i", "c", "t/a", "trading", "as", "the", "occupier", "executors", "of", "late", "nee",
    "uk", "co", "flat", "2", "10", "10b", "10-12", "unit", "floor", "ground", "first", "basement",
    "high", "st", "street", "road", "rd", "saint", "court", "rose", "cottage", "house", "cheltenham",
    "glos", "gl50", "1aa", "zz99", "3vz", "-", ".", "'", "+", "0", "1", "999", "ab", "123456", "c",
    "tn", "+44", "(0)", "07911", "123456", "@", "example.org", "none", "n/a", "unknown", "***", "use",
    "51317", "formerly", "Łódź", "é", "ß", "🙂", "\u200b", "\n", "jr", "iii", "obe", "dec'd", "St.",
    "No.", "rear",
]
# fmt: on
TEXT = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map("".join),
)

FUNCTIONS = [
    names.title, names.forename, names.surname, names.middle_names, names.sex, postcodes.postcode, identifiers.nino,
    identifiers.uprn, identifiers.company_number, identifiers.charity_number, identifiers.vat_number,
    contacts.phone, contacts.email, organisations.organisation_name, organisations.core_of, addresses.street,
]  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
@settings(max_examples=300, deadline=None)
@given(text=TEXT)
def test_twice_is_once_and_nothing_is_empty(function, text):
    once = function(text)
    assert once is None or (once and once == once.strip() and once.isascii())
    if once is not None and function is not names.title:
        assert function(once) == once


READERS = [
    identifiers.read_nino, identifiers.read_uprn, identifiers.read_sort_code, identifiers.read_account,
    identifiers.read_company_number, identifiers.read_charity_number, identifiers.read_vat_number,
    contacts.read_phone, contacts.read_email, postcodes.read_postcode,
]  # fmt: skip


@pytest.mark.parametrize("reader", READERS, ids=lambda f: f.__name__)
@settings(max_examples=200, deadline=None)
@given(text=TEXT)
def test_a_fault_is_of_the_catalogue_and_repairs_alone_keep_a_value(reader, text):
    value, reason = reader(text)
    assert reason is None or reason in REASONS
    assert value is None or reason in (None, "POSTCODE_CORRECTED")


@settings(max_examples=600, deadline=None)
@given(text=TEXT)
def test_address_short_cut_gives_what_the_long_way_gives(text):
    folded = addresses._folded(text)
    plain = addresses._plain(folded)
    assert plain is None or plain == addresses._read_any(folded)
    assert all(part is None or part for part in addresses.read_address(text))


@settings(max_examples=400, deadline=None)
@given(
    number=st.integers(1, 300),
    letter=st.sampled_from(["", "A", "B"]),
    flat=st.sampled_from(["", "Flat 2, ", "FLAT B "]),
    street=st.lists(
        st.sampled_from([*WORDS, "park", "hill", "view", "close", "lane"]), min_size=1, max_size=4
    ).map(" ".join),
    town=st.lists(st.sampled_from([*WORDS, "leeds", "kent"]), min_size=1, max_size=4).map(" ".join),
)
def test_common_addresses_by_both_ways(number, letter, flat, street, town):
    folded = addresses._folded(f"{flat}{number}{letter} {street}, {town}")
    plain = addresses._plain(folded)
    assert plain is None or plain == addresses._read_any(folded)


@settings(max_examples=500, deadline=None)
@given(text=TEXT)
def test_name_short_cut_gives_what_the_long_way_gives(text):
    plain = names.plain_name(text)
    assert plain is None or plain == names.read_full_name(text)
    assert all(part is None or part for part in names.read_full_name(text))


@settings(max_examples=500, deadline=None)
@given(text=TEXT)
def test_joint_names_are_two_or_none(text):
    pair = joint.split_joint(text)
    assert pair is None or (len(pair) == 2 and all(part.strip() for part in pair))


ROW = st.fixed_dictionaries(
    {},
    optional={
        name: TEXT.map(str.strip).filter(bool)
        for name in (
            "title",
            "forename",
            "middle_name",
            "surname",
            "full_name",
            "sex",
            "second_surname",
            "second_full_name",
            "organisation_name",
            "trading_name",
            "address",
            "postcode",
            "nino",
            "phone",
            "email",
            "sort_code",
            "account",
        )
    }
    | {"date_of_birth": st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31))},
)


@settings(max_examples=60, deadline=None)
@given(
    dataset=st.sampled_from(["council_tax", "creditor", "person", "organisation"]),
    rows=st.lists(ROW, min_size=1, max_size=12),
    refs=st.integers(1, 12),
    seed=st.integers(0, 99),
)
def test_no_row_is_lost_and_row_order_does_not_matter(dataset, rows, refs, seed):
    base = {"partner": "anytown", "dataset": dataset, "delivery": "sha"}
    full = [{**base, "source_row": at, "source_ref": str(at % refs), **row} for at, row in enumerate(rows)]
    table = pa.Table.from_pylist(full, schema=received_schema(dataset))
    known = pa.Table.from_pylist(
        [base | {"file": "f", "received": 1, "loaded": 1, "rejected": 0, "skipped": 0, "state": "loaded"}],
        schema=DELIVERIES,
    )
    out = normalise({dataset: table}, known, as_at=dt.date(2026, 4, 1))
    records = out.records
    assert records.schema.equals(RECORDS)
    firsts = [
        row
        for row, party in zip(records["source_row"].to_pylist(), records["party"].to_pylist(), strict=True)
        if party == 1
    ]
    assert sorted(firsts) == list(range(len(rows)))
    assert out.details[dataset]["record_id"].to_pylist() == list(range(records.num_rows))
    for column in records.column_names:
        assert "" not in records[column].to_pylist()
    reasons = zip(out.rejects["source_row"].to_pylist(), out.rejects["reason"].to_pylist(), strict=True)
    explained = {row for row, reason in reasons if reason.startswith("NAME_")}
    for record in records.to_pylist():
        assert record["party_kind"] is not None or record["source_row"] in explained
    shuffled = table.take(pa.array(np.random.default_rng(seed).permutation(len(rows))))
    again = normalise({dataset: shuffled}, known, as_at=dt.date(2026, 4, 1))
    assert again.records.equals(records) and again.rejects.equals(out.rejects)
