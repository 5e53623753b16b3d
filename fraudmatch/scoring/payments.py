"""What is derived from invoices, credits and bank accounts."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.references import clean_reference
from fraudmatch.scoring.keys import codes, combined, days, different, pairs_by_key, truth
from fraudmatch.scoring.views import SideView

#: A credit nets off an invoice dated at most so many days away (domain brief 3.7).
NETTING_DAYS = 120

_NO_DAY = np.iinfo(np.int64).min // 4


def _quoted_by_credit(cleaned: pa.Array) -> pa.Array:
    """A credit's cleaned number without the CN or CR in front of the invoice number it quotes."""
    bare = pc.replace_substring_regex(
        cleaned, "^(?:CREDITNOTE|CREDIT|CRN|CN|CR|REV)(?:INV)?([0-9].*)$", r"\1"
    )
    return clean_reference(bare)


def _amount_keys(side: SideView) -> np.ndarray:
    """One code per partner, creditor and size of gross whatever its sign; -1 where unknown."""
    gross = pc.abs(side.column("gross_pence"))
    return combined([codes(side.column("partner")), codes(side.column("creditor_ref")), codes(gross)])


def _is_credit(side: SideView) -> np.ndarray:
    negative = pc.less(side.column("gross_pence"), 0)
    typed = pc.is_in(side.column("transaction_type"), value_set=pa.array(["credit_note", "reversal"]))
    return truth(pc.or_(pc.fill_null(negative, False), typed))


def same_amount_count(side: SideView) -> pa.Array:
    """Invoices of this partner to this creditor of exactly this gross; null where one is unknown.

    Credits are not counted, and carry null themselves.
    """
    key = np.where(_is_credit(side), -1, _amount_keys(side))
    counts = np.bincount(key[key >= 0], minlength=1)
    return pa.array(counts[np.maximum(key, 0)], mask=key < 0)


def credited(side: SideView) -> pa.Array:
    """A credit or reversal of the opposite gross, same creditor, within `NETTING_DAYS`.

    A credit that quotes the number of one of the creditor's invoices of that amount counts for
    that number only; one that quotes none counts for every invoice of the amount. Never null.
    """
    key, credit = _amount_keys(side), _is_credit(side)
    invoice, note = np.flatnonzero(~credit), np.flatnonzero(credit)
    answer = np.zeros(len(side), dtype=bool)
    reference = _shared_codes(side, credit)
    day = _days(side)
    for at, other in pairs_by_key(key[note], key[invoice]):
        notes, invoices = note[at], invoice[other]
        quoted = (reference[notes] >= 0) & (reference[notes] == reference[invoices])
        quotes_one = np.zeros(len(side), dtype=bool)
        quotes_one[notes[quoted]] = True
        near = np.abs(day[notes] - day[invoices]) <= NETTING_DAYS
        answer[invoices[near & (quoted | ~quotes_one[notes])]] = True
    return pa.array(answer)


def _shared_codes(side: SideView, credit: np.ndarray) -> np.ndarray:
    """Codes of cleaned references, comparable between invoices and credits; -1 where unknown."""
    plain = side.column("invoice_ref_clean")
    return codes(pc.if_else(pa.array(credit), _quoted_by_credit(plain), plain))


def _days(side: SideView) -> np.ndarray:
    """Invoice date, else payment date, as days; far away where both are unknown."""
    return days(pc.coalesce(side.column("invoice_date"), side.column("payment_date")), _NO_DAY)


def from_creditor(side: SideView, name: str) -> pa.Array:
    """The column `name` of the creditor's standing record, by partner and creditor reference.

    Of several records with one reference the first by record_id is read; null without one.
    """
    creditors = side.night.side("creditor")
    partner = pa.concat_arrays([side.column("partner"), creditors.column("partner")])
    reference = pa.concat_arrays([side.column("creditor_ref"), creditors.column("source_ref")])
    key = combined([codes(partner), codes(reference)])
    wanted, offered = key[: len(side)], key[len(side) :]
    known, first = np.unique(offered, return_index=True)
    if not len(known):
        return pa.nulls(len(side), creditors.column(name).type)
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    missing = (wanted < 0) | (known[at] != wanted)
    return creditors.column(name).take(pa.array(first[at], mask=missing))


def account_users(side: SideView) -> pa.Array:
    """Different creditor names on the linked bank account, all partners; null without an account.

    Names are counted, not linked organisations: linking may rest on the very same account.
    """
    creditors = side.night.side("creditor")
    account, name = creditors.group("account_id"), codes(party_names(creditors))
    own = side.group("account_id")
    return pa.array(different(account, name, own), mask=own < 0)


def party_names(side: SideView) -> pa.Array:
    """Core name of an organisation, else forename and surname; null when neither is known."""
    person = pc.binary_join_element_wise(
        pc.coalesce(side.column("forename"), ""), side.column("surname"), " ", null_handling="emit_null"
    )
    return pc.coalesce(side.column("organisation_core"), pc.utf8_trim_whitespace(person))
