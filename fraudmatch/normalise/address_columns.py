"""Addresses of a whole column: what thousands of homes of one street share is read once.

Most addresses are a house number, perhaps a flat before it, and a street and places. What stands behind the number is the same for the
whole street, so it is read once for all its numbers; every other address is read by itself. The answers are
those of `addresses.read_address` (the tests hold it to that).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.normalise.addresses import Address, read_address, read_plain
from fraudmatch.normalise.distinct import Encoded, present
from fraudmatch.normalise.postcodes import cut_at_end
from fraudmatch.normalise.text import one_blank

#: Perhaps a flat; a number, perhaps a letter, and printable ASCII that begins with a letter.
_NUMBERED = (
    r"^(?:(?i:flat) (?P<flat>[0-9]+[A-Za-z]?|[A-Za-z]),? )?(?P<number>[0-9]+)(?P<letter>[A-Za-z]?)"
    r" (?P<rest>[A-Za-z][ -~]*)$"
)
#: Printable ASCII with single blanks: as written is as printed.
_TIDY = r"^[!-~]+(?: [!-~]+)*$"
#: What may end in a postcode: a digit, two signs, and nothing behind but blanks, commas and full stops.
_MAY_END_IN_POSTCODE = r"[0-9][^ ,.]{2}[ ,.]*$"


def read_addresses(addresses: Encoded) -> dict[str, pa.Array]:
    """The parts of every row's address, by their names in `Address`; null rows are null in all."""
    values = addresses.dictionary
    found = pc.extract_regex(values, _NUMBERED)
    rests = pc.struct_field(found, "rest").dictionary_encode()
    shared = [read_plain(f"1 {rest}") for rest in rests.dictionary.to_pylist()]
    street = _taken([one and one.street for one in shared], rests.indices)
    flat, letter = (pc.utf8_upper(pc.struct_field(found, name)) for name in ("flat", "letter"))
    number = pc.struct_field(found, "number")
    parts = {
        **_flat_and_number(flat, number, letter),
        "building": pa.nulls(len(values), pa.string()),
        "street": street,
        "town": _taken([one and one.town for one in shared], rests.indices),
    }
    alone = np.flatnonzero(~present(street))
    texts = values.take(pa.array(alone)).to_pylist()
    each = list(zip(*(read_address(text) for text in texts), strict=True))
    order = np.arange(len(values))
    order[alone] = len(values) + np.arange(len(alone))
    for place, name in enumerate(Address._fields):
        by_itself = pa.array(each[place] if each else [], pa.string())
        whole = pa.concat_arrays([parts[name], by_itself]).take(pa.array(order))
        parts[name] = addresses.spread_array(whole)
    return parts


def _flat_and_number(flat: pa.Array, number: pa.Array, letter: pa.Array) -> dict[str, pa.Array]:
    """A letter behind the number is the flat, unless there is one already: then it belongs to the number."""
    nothing = pa.scalar(None, pa.string())
    named = pc.not_equal(flat, "")
    return {
        "flat": pc.if_else(named, flat, pc.if_else(pc.equal(letter, ""), nothing, letter)),
        "number": pc.if_else(named, pc.binary_join_element_wise(number, letter, ""), number),
    }


def as_written(addresses: Encoded) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Of every row: the address with single blanks; the same without the postcode that ends it; that postcode,
    packed. The last two are null where none ends it.
    """
    values = addresses.dictionary
    simple = pc.and_(
        pc.match_substring_regex(values, _TIDY),
        pc.invert(pc.match_substring_regex(values, _MAY_END_IN_POSTCODE)),
    )
    dear = np.flatnonzero(~simple.to_numpy(zero_copy_only=False))
    texts = values.take(pa.array(dear)).to_pylist()
    cuts = [cut_at_end(text) for text in texts]
    order, nothing = np.full(len(values), len(dear)), pa.nulls(1, pa.string())
    order[dear] = np.arange(len(dear))

    def spread(found: list[str | None]) -> pa.Array:
        whole = pa.concat_arrays([pa.array(found, pa.string()), nothing]).take(pa.array(order))
        return addresses.spread_array(whole)

    written = np.arange(len(values))
    written[dear] = len(values) + np.arange(len(dear))
    single = pa.concat_arrays([values, pa.array([one_blank(text) for text in texts], pa.string())])
    bare = spread([cut and (one_blank(cut[0]).rstrip(" ,") or None) for cut in cuts])
    packed = spread([cut and cut[1] for cut in cuts])
    return addresses.spread_array(single.take(pa.array(written))), bare, packed


def _taken(per_rest: list[str | None], indices: pa.Array) -> pa.Array:
    return pa.array(per_rest, pa.string()).take(indices)
