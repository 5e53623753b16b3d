"""What a row says whoever its parties are: address, telephone, e-mail, bank account."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.normalise import contacts, identifiers, plain_forms
from fraudmatch.normalise.address_columns import as_written, read_addresses
from fraudmatch.normalise.addresses import dates_for_numbers, too_long
from fraudmatch.normalise.columns import ColumnReader
from fraudmatch.normalise.distinct import Encoded, apply, first_said, join, present
from fraudmatch.normalise.faults import Fault
from fraudmatch.normalise.layout import Columns
from fraudmatch.normalise.postcodes import postcode_at_end, read_postcode
from fraudmatch.normalise.text import compact, one_blank
from fraudmatch.reasons import Disposition


def shared_columns(reader: ColumnReader) -> Columns:
    """Columns that both parties of a row share."""
    lenient = reader.lenient
    return {
        **_address_columns(reader),
        "uprn": reader.text("uprn", identifiers.read_uprn, plain_forms.UPRN),
        "phone": reader.contact(
            "phone", lambda text: contacts.read_phone(text, lenient=lenient), plain_forms.PHONE
        ),
        "email": reader.contact("email", contacts.read_email, plain_forms.email()),
        "bank": _bank(reader),
        "correspondence_postcode": _postcode(reader, "correspondence_postcode", "correspondence_address"),
    }


def _bank(reader: ColumnReader) -> pa.Array:
    """Sort code and account as fourteen digits; null unless both are there."""
    sort_code = reader.text("sort_code", identifiers.read_sort_code, plain_forms.SORT_CODE)
    account = reader.text("account", identifiers.read_account, plain_forms.ACCOUNT)
    return pc.binary_join_element_wise(sort_code, account, "")


def _postcode(reader: ColumnReader, name: str, address: str) -> pa.Array:
    """A postcode column; where it gives none, the valid postcode that ends the address."""
    lenient = reader.lenient
    given = reader.text(name, lambda text: read_postcode(text, lenient=lenient))
    missing = pa.array(~present(given) & present(reader.raw(address)))
    lines = pc.if_else(missing, reader.raw(address), pa.scalar(None, pa.string()))
    return first_said(given, apply(lines, postcode_at_end))


def _address_columns(reader: ColumnReader) -> Columns:
    """The address in parts, the postcode, and the address as written."""
    encoded = Encoded.of(reader.raw("address"))
    reader.faults.append(Fault("EXCEL_DATE_IN_ADDRESS", "address", dates_for_numbers(encoded)))
    reader.faults.append(Fault("FIELD_TOO_LONG", "address", too_long(encoded), Disposition.FLAG))
    columns = read_addresses(encoded)
    columns["postcode"] = _postcode(reader, "postcode", "address")
    columns["address_as_written"] = _address_as_written(encoded, reader.raw("postcode"))
    return columns


def _address_as_written(addresses: Encoded, postcode: pa.Array) -> pa.Array:
    """Address, comma, postcode, as written with single blanks; a postcode that ends the address
    already is not said twice.
    """
    single, bare, packed = as_written(addresses)
    repeated = pc.fill_null(pc.equal(packed, apply(postcode, compact)), False)
    written = pc.if_else(repeated, bare, single)
    return join([written, apply(postcode, one_blank)], ", ")
