"""Postcodes, identifiers, contacts, organisations: what is written -> what is compared."""

import pytest

from fraudmatch.normalise.contacts import read_email, read_phone
from fraudmatch.normalise.identifiers import (
    nino_kind,
    read_account,
    read_charity_number,
    read_company_number,
    read_nino,
    read_sort_code,
    read_uprn,
    read_vat_number,
)
from fraudmatch.normalise.organisations import kind_of, names_organisation, read_organisation
from fraudmatch.normalise.postcodes import postcode_at_end, read_postcode
from fraudmatch.normalise.wordlists import words
from fraudmatch.reasons import REASONS


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("GL50 1AA", ("GL50 1AA", None)),
        (" gl501aa ", ("GL50 1AA", None)),
        ("gl50\u00a01aa", ("GL50 1AA", None)),
        ("N1P 1AA", ("N1P 1AA", None)),
        ("W1A 0AX", ("W1A 0AX", None)),
        ("GIR0AA", ("GIR 0AA", None)),
        ("GL5O 1AA", ("GL50 1AA", "POSTCODE_CORRECTED")),
        ("GL50 IAA", ("GL50 1AA", "POSTCODE_CORRECTED")),
        ("S01 4AA", ("SO1 4AA", "POSTCODE_CORRECTED")),
        ("ZZ99 3VZ", (None, "POSTCODE_PLACEHOLDER")),
        ("NFA", (None, "POSTCODE_PLACEHOLDER")),
        ("BFPO 12", (None, None)),
        ("QQ1 1AA", (None, "POSTCODE_INVALID")),
        ("GL50", (None, "POSTCODE_INVALID")),
        ("4011", (None, "POSTCODE_INVALID")),
        ("50155", (None, "POSTCODE_INVALID")),
        ("GL50 1AC", (None, "POSTCODE_INVALID")),
    ],
)
def test_postcode(written, expected):
    assert read_postcode(written) == expected


def test_foreign_postcodes_stay_in_files_of_any_kind():
    assert read_postcode(" 4011 ", lenient=True) == ("4011", None)
    assert read_postcode("89132-1234", lenient=True) == ("89132 1234", None)
    assert read_postcode("00000", lenient=True) == (None, None)


def test_there_are_124_areas():
    assert len(words("postcode_areas", "areas")) == 124


def test_postcode_at_end():
    assert postcode_at_end("10 High Street, Cheltenham GL50 1AA") == "GL50 1AA"
    assert postcode_at_end("10 High Street, Cheltenham") is None
    assert postcode_at_end("Unit QQ1 1AA") is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("AB 65 43 21 C", ("AB654321", None)),
        ("ab654321", ("AB654321", None)),
        ("AB654321", ("AB654321", None)),
        ("AB123456C", (None, "NINO_PLACEHOLDER")),
        ("ZZ999999", (None, "NINO_PLACEHOLDER")),
        ("TN010180F", (None, "NINO_PLACEHOLDER")),
        ("PY123456A", (None, "NINO_PLACEHOLDER")),
        ("11A11111", (None, "NINO_PLACEHOLDER")),
        ("QQ123456C", (None, "NINO_PLACEHOLDER")),
        ("QQ654321C", (None, "NINO_INVALID")),
        ("GB123456C", (None, "NINO_INVALID")),
        ("AO123456A", (None, "NINO_INVALID")),
        ("AB654321E", (None, "NINO_INVALID")),
        ("AB000000A", (None, "NINO_INVALID")),
        ("not known", (None, None)),
    ],
)
def test_nino(written, expected):
    assert read_nino(written) == expected


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("AB 65 43 21 C", "valid"),
        ("TN010180F", "temporary"),
        ("11A11111", "temporary"),
        ("XX12345", "invalid"),
        ("QQ123456C", "temporary"),
        ("QQ654321C", "invalid"),
        ("not known", None),
    ],
)
def test_nino_kind(written, kind):
    assert nino_kind(written) == kind


def test_other_national_numbers_stay_in_files_of_any_kind():
    assert read_nino("786-77-6454", lenient=True) == ("786776454", None)
    assert read_nino("000-00-0000", lenient=True) == (None, None)
    assert read_nino("AB 654321 C", lenient=True) == ("AB654321", None)


@pytest.mark.parametrize(
    ("read", "written", "expected"),
    [
        (read_uprn, "000100121234", ("100121234", None)),
        (read_uprn, "100121234.0", ("100121234", None)),
        (read_uprn, "1.00012E+11", (None, "UPRN_INVALID")),
        (read_uprn, "1234567890123", (None, "UPRN_INVALID")),
        (read_uprn, "0000", (None, None)),
        (read_sort_code, "12-34-56", ("123456", None)),
        (read_sort_code, "21-Nov-97", (None, "BANK_INVALID")),
        (read_sort_code, "12345", (None, "BANK_INVALID")),
        (read_sort_code, "00-00-00", (None, None)),
        (read_account, "123456", (None, "BANK_INVALID")),
        (read_account, "12345678", ("12345678", None)),
        (read_account, "123456789", (None, "BANK_INVALID")),
        (read_account, "00000000", (None, None)),
        (read_company_number, "1234567", ("01234567", None)),
        (read_company_number, "SC1234", ("SC001234", None)),
        (read_company_number, "IP12345R", ("IP12345R", None)),
        (read_company_number, "XX123456", (None, "COMPANY_NUMBER_INVALID")),
        (read_company_number, "00000000", (None, None)),
        (read_charity_number, "1234567-1", ("1234567", None)),
        (read_charity_number, "SC012345", ("SC012345", None)),
        (read_charity_number, "12", (None, "CHARITY_NUMBER_INVALID")),
        (read_vat_number, "GB 831 4958 16", ("831495816", None)),
        (read_vat_number, "831495816001", ("831495816", None)),
        (read_vat_number, "831495817", (None, "VAT_NUMBER_INVALID")),
        (read_vat_number, "GBGD001", (None, None)),
        (read_phone, "+44 (0)1242 123456", ("01242123456", None)),
        (read_phone, "01242 123456 ext 12", ("01242123456", None)),
        (read_phone, "7911123456", ("07911123456", None)),
        (read_phone, "07911 123456 / 01242 123456", ("07911123456", None)),
        (read_phone, "07000000000", (None, "VALUE_OVERUSED")),
        (read_phone, "12345", (None, "PHONE_INVALID")),
        (read_phone, "ex directory", (None, None)),
        (read_email, " Jo.Bloggs@Example.ORG ", ("jo.bloggs@example.org", None)),
        (read_email, "mailto:jo@example.org", ("jo@example.org", None)),
        (read_email, "jo at example.org", (None, "EMAIL_INVALID")),
        (read_email, "jo@example", (None, "EMAIL_INVALID")),
        (read_email, "noreply@example.org", (None, "VALUE_OVERUSED")),
        (read_email, "none", (None, None)),
    ],
)
def test_identifiers_and_contacts(read, written, expected):
    assert read(written) == expected
    assert expected[1] is None or expected[1] in REASONS


def test_vat_second_series_has_55_added():
    weighted = sum(d * w for d, w in zip((1, 2, 3, 4, 5, 6, 7), (8, 7, 6, 5, 4, 3, 2), strict=True))
    check = (-weighted - 55) % 97
    assert read_vat_number(f"1234567{check:02d}") == (f"1234567{check:02d}", None)


def test_foreign_phone_stays_in_files_of_any_kind():
    assert read_phone("702-919-1300 x1", lenient=True)[0] in ("07029191300", "7029191300")
    assert read_phone("5551234", lenient=True) == ("5551234", None)


@pytest.mark.parametrize(
    ("written", "name", "core", "trading"),
    [
        ("Acme Widgets Limited", "ACME WIDGETS LTD", "ACME WIDGETS", None),
        ("ACME WIDGETS LIMITE", "ACME WIDGETS LTD", "ACME WIDGETS", None),
        ("Acme & Sons P.L.C.", "ACME AND SONS PLC", "ACME AND SONS", None),
        ("Acme Public Limited Company", "ACME PLC", "ACME", None),
        ("The Acme Care C I C", "THE ACME CARE CIC", "ACME CARE", None),
        ("Acme (UK) Ltd", "ACME UK LTD", "ACME", None),
        ("T R L Ltd", "T R L LTD", "TRL", None),
        ("Acme Ltd T/A Rose Cafe", "ACME LTD", "ACME", "ROSE CAFE"),
        ("Acme Ltd (T/A Rose Cafe)", "ACME LTD", "ACME", "ROSE CAFE"),
        ("Acme Limited trading as Rose Cafe Ltd", "ACME LTD", "ACME", "ROSE CAFE"),
        ("Acme Ltd / Formerly Power Srvc", "ACME LTD", "ACME", "POWER SRVC"),
        ("Acme Ltd (now Larch Ltd)", "ACME LTD", "ACME", "LARCH"),
        ("Action Now Larkfield", "ACTION NOW LARKFIELD", "ACTION NOW LARKFIELD", None),
        ("Rose Cafe (Acme Ltd)", "ROSE CAFE ACME LTD", "ROSE CAFE", "ACME"),
        ("Rose Lodge/Acme Grp Ltd", "ROSE LODGE ACME GRP LTD", "ROSE LODGE", "ACME GROUP"),
        ("Plumbing/Heating Services", "PLUMBING HEATING SERVICES", "PLUMBING HEATING SERVICES", None),
        ("Acme Ltd Larkfield Branch", "ACME LTD LARKFIELD BRANCH", "ACME", None),
        ("Rose Club c/o Acme Ltd", "ROSE CLUB", "ROSE CLUB", None),
        ("St Anne's C of E Prim Sch", "ST ANNES C OF E PRIM SCH", "SAINT ANNES CE PRIMARY SCHOOL", None),
        ("Larkfield Pre-Schl Assoc", "LARKFIELD PRE SCHL ASSOC", "LARKFIELD PRESCHOOL ASSOCIATION", None),
        ("High St Surgery", "HIGH ST SURGERY", "HIGH STREET SURGERY", None),
        ("www.acme.co.uk", "WWW ACME CO UK", "ACME", None),
        ("ACME BUILD**USE 27681**", "ACME BUILD", "ACME BUILD", None),
        ("ACME PLC (EXETER HSE)", "ACME PLC EXETER HSE", "ACME", None),
        ("Redacted under DP Act", None, None, None),
        ("The Account Holder", None, None, None),
        ("***", None, None, None),
    ],
)
def test_organisation(written, name, core, trading):
    assert tuple(read_organisation(written)) == (name, core, trading)


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("Acme Ltd", "organisation"),
        ("Mr A Jones & Ms B Patel", "person"),
        ("Marks & Bloggs", "organisation"),
        ("John Smith", "person"),
        ("CHANT A P", "person"),
        ("Smith, J", "person"),
        ("Rose Electrical", "organisation"),
        ("247 Bloggs", "organisation"),
        ("Bloggs", "organisation"),
        ("Dr Bloggs", "person"),
        ("Hilltop Bloggs", "organisation"),
        ("T A Bloggs", "person"),
        ("John T A Bloggs", "person"),
        ("J Bloggs T A Hilltop Cafe", "organisation"),
        ("John Parish", "person"),
        ("Parish, J", "person"),
        ("Hilltop Parish Council", "organisation"),
        ("Hall, Julie", "person"),
        ("HALL, JULIE M", "person"),
        ("Hall, Village", "organisation"),
        ("Kavita Meena Solanki", "person"),
        ("The Rose Bloggs", "organisation"),
        ("Hilltop Rose Bakery", "organisation"),
    ],
)
def test_kind(written, kind):
    assert kind_of(written) == kind


def test_organisations_among_persons():
    assert names_organisation("Bloggs Care Home")
    assert names_organisation("Anytown Borough Council")
    assert not names_organisation("John Homer")
    assert not names_organisation("Trust")  # alone it may be a surname


@pytest.mark.parametrize(
    "written",
    [
        "J Bloggs T A Hilltop", "Bloggs T A Oak Joinery", "J Bloggs t.a. Cafe Sol", "John Bloggs T A Cafe Sol",
        "Hilltop Parish Council", "Parish of Hilltop", "Hilltop Parish Meeting", "Hilltop Parish Church",
    ],
)  # fmt: skip
def test_trading_as_and_parishes_among_persons(written):
    assert names_organisation(written)


@pytest.mark.parametrize(
    "written",
    [
        "T A Bloggs", "Bloggs T A", "Bloggs T A Mrs", "Mrs T A Bloggs", "J Bloggs & T A Bloggs", "J Bloggs and T A Bloggs",
        "Mr J Bloggs & Mrs T A Bloggs", "Bloggs, T A", "Mary Ann T A Bloggs", "John Parish", "Parish J", "Mr J Parish",
    ],
)  # fmt: skip
def test_initials_and_surnames_that_look_like_firms(written):
    assert not names_organisation(written)
