"""A column of addresses gives, address by address, what each alone gives."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from fraudmatch.normalise.address_columns import as_written, read_addresses
from fraudmatch.normalise.addresses import Address, read_address
from fraudmatch.normalise.distinct import Encoded
from fraudmatch.normalise.postcodes import cut_at_end
from fraudmatch.normalise.text import one_blank
from fraudmatch.normalise.wordlists import words

_PIECES = st.sampled_from([
    "12", "12A", "7b", "1", "007", "12-14", "Flat 2", "Flat B", "A", "High Street", "HIGH ST", "Mill Lane", "The Mews",
    "Rose Cottage", "Annexe", "Northtown", "Exampleton", "St John's Road", "Upper Floor", "c/o", "Café Row", "é",
    "GL1 1AA", "GL11AA", "gl1 1aa.", "UK", "no fixed abode", "(rear of)", "Unit 3", "Park Avenue North", "٣ Lane",
])  # fmt: skip
_BETWEEN = st.sampled_from([", ", " ", ",", "  ", "\n", " , ", ";", ",,", "\u00a0", "\t"])
_ADDRESSES = st.lists(st.tuples(_PIECES, _BETWEEN), min_size=1, max_size=6).map(
    lambda parts: "".join(piece + between for piece, between in parts)
)


@given(st.lists(st.one_of(st.none(), _ADDRESSES, st.text(max_size=40)), min_size=1, max_size=12))
@example(["12 High Street, Northtown", "13 High Street, Northtown", "14A High Street, Northtown", None])
@example(
    ["Flat 2, 12 High Street, Northtown", "FLAT 2 12a High Street, Northtown", "flat B, 7 High St, Northtown"]
)
@example(["Flat 2b, 12C High Street, Northtown", "Flat , 12 High Street", "Flat 12 High Street, Northtown"])
@example(["12 A High Street, Northtown", "12 Flat 2, High Street, Northtown", "12  High Street, Northtown"])
def test_a_column_reads_as_its_addresses_do(addresses: list[str | None]) -> None:
    encoded = Encoded.of(pa.array(addresses, pa.string()))
    parts = read_addresses(encoded)
    read = list(zip(*(parts[name].to_pylist() for name in Address._fields), strict=True))
    assert read == [Address() if one is None else read_address(one) for one in addresses]
    cuts = [one and cut_at_end(one) for one in addresses]
    single, bare, packed = (column.to_pylist() for column in as_written(encoded))
    assert single == [None if one is None else one_blank(one) for one in addresses]
    assert packed == [cut[1] if cut else None for cut in cuts]
    assert bare == [(one_blank(cut[0]).rstrip(" ,") or None) if cut else None for cut in cuts]


def test_no_word_for_not_known_begins_with_a_number_or_a_flat() -> None:
    # The short cut never looks among them.
    assert not [
        text for text in words("streets", "placeholders") if text[:1].isdigit() or text.startswith("FLAT ")
    ]
