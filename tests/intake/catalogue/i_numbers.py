"""I. Numbers and identifiers: cases 147 to 169. That a column holds the file (147, 161) is seen with the gates."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cases import MAPPING, Case, Expected, Tried, csv_of, row

MADE_I = set(range(147, 170)) - {161}

_CREDITS = MAPPING.replace(
    "[fields]", 'negative_marks = ["()", "-", "CR"]\npositive_marks = ["DR"]\n[fields]'
)
_ZEROS = MAPPING.replace(
    'sort_code = "Sort code"\naccount = "Account"',
    'sort_code = { column = "Sort code", lost_zeros = true }\naccount = { column = "Account", lost_zeros = true }',
)
_SALARY = 'gross_to_date_pence = "Salary"'
_REQUIRED = MAPPING.replace(_SALARY, 'gross_to_date_pence = { column = "Salary", required = true }')
_NIL = MAPPING.replace(_SALARY, 'gross_to_date_pence = { column = "Salary", zero_values = ["NIL", "-"] }')
_HOURS = MAPPING.replace("scale = 100 }", 'scale = 100, units = ["hrs", "%"] }')
_FLAG = MAPPING.replace(
    'full_time_code = { column = "Status", codes = { A = "full", P = "part" } }',
    'second_job_agreed = "Status"',
)
_FLAG_CODES = _FLAG.replace('"Status"', '{ column = "Status", codes = { T = "true", F = "false" } }')


def _bytes_of(column: str, texts: Mapping[str, object]) -> Callable[[], bytes]:
    name = column.replace(" ", "_")
    return lambda: csv_of([row(number, **{name: text}) for number, text in enumerate(texts, 1)])


def _in_records(field: str, texts: Mapping[str, object]) -> Callable[[Tried], None]:
    def check(one: Tried) -> None:
        found = {record["source_row"]: record[field] for record in one.prepared.records.to_pylist()}
        assert found == {number: value for number, value in enumerate(texts.values(), 2) if value is not ...}

    return check


def _in_details(field: str, texts: Mapping[str, object]) -> Callable[[Tried], None]:
    def check(one: Tried) -> None:
        rows = {record["record_id"]: record["source_row"] for record in one.prepared.records.to_pylist()}
        table = one.prepared.details.get("payroll")
        details = table.to_pylist() if table is not None else []
        found = {rows[detail["record_id"]]: detail[field] for detail in details}
        assert found == {number: value for number, value in enumerate(texts.values(), 2) if value is not ...}

    return check


def _counted(
    texts: Mapping[str, object], codes: Mapping[str, int], done: Mapping[str, str] | None
) -> Expected:
    """All rows but those of ... are loaded; one code that as many cells have as are not known is theirs."""
    lost = sum(value is ... for value in texts.values())
    odd = tuple(number for number, value in enumerate(texts.values(), 2) if value is None or value is ...)
    records = {code: odd for code, times in codes.items() if len(codes) == 1 and times == len(odd)}
    return Expected("loaded", codes, done or {}, (len(texts), len(texts) - lost, lost, 1), records)


def _record(
    number: int, title: str, column: str, field: str, texts: Mapping[str, object], codes: Mapping[str, int],
    mapping: str = MAPPING, done: Mapping[str, str] | None = None,
) -> Case:  # fmt: skip
    """Cells of a column as written, and what the records hold; ... for a row that is set aside."""
    return Case(number, title, _bytes_of(column, texts), _counted(texts, codes, done), mapping=mapping,
                also=_in_records(field, texts))  # fmt: skip


def _detail(
    number: int, title: str, texts: Mapping[str, object], codes: Mapping[str, int], mapping: str = MAPPING,
    done: Mapping[str, str] | None = None, column: str = "Salary", field: str = "gross_to_date_pence",
) -> Case:  # fmt: skip
    """Cells of a column as written, and what the details hold; ... for a row that is set aside."""
    return Case(number, title, _bytes_of(column, texts), _counted(texts, codes, done), mapping=mapping,
                also=_in_details(field, texts))  # fmt: skip


def _keys(one: Tried) -> None:
    assert sorted(one.prepared.records["source_ref"].to_pylist()) == ["00123", "00124", "1234", "E00004"]


def _default_contacts() -> bytes:
    """One made-up number, one number under thirty names, and one under twenty."""
    numbers = ["07000000000"] + ["01632 960200"] * 30 + ["01632 960201"] * 20
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return csv_of(
        [
            row(n, Phone=text, Surname=f"Able{letters[n % 26]}{letters[n // 26]}")
            for n, text in enumerate(numbers, 1)
        ]
    )


def _contacts_left(one: Tried) -> None:
    phones = one.prepared.records["phone"].to_pylist()
    assert phones.count(None) == 31 and phones.count("01632960201") == 20


_QUARANTINE = {"NUMBER_INVALID": "quarantine"}

CASES = [
    _record(147, "UPRN in scientific notation", "UPRN", "uprn",
            {"1.00012E+11": None, "1E+11": None, "100012345678": "100012345678"}, {"PRECISION_LOST": 2}),
    _record(147, "references in scientific notation", "Ref", "source_ref", {"1.00012E+11": ..., "E00002": "E00002"},
            {"PRECISION_LOST": 1}, done={"PRECISION_LOST": "quarantine"}),
    _record(148, "long references that end in zeros", "Ref", "source_ref",
            {"633597123456789000": ..., "633597123456788000": ..., "E00003": "E00003"},
            {"PRECISION_LOST": 2}, done={"PRECISION_LOST": "quarantine"}),
    _record(148, "one of sixteen digits may end in a zero", "Ref", "source_ref",
            {"1234567890123450": "1234567890123450", "1234567890123456": "1234567890123456"}, {}),
    _record(149, "zeros lost by account numbers, declared", "Account", "bank",
            {"1234567": "10000101234567", "123456": "10000200123456", "12345678": "10000312345678"},
            {"LEADING_ZERO_RESTORED": 2}, _ZEROS),
    _record(149, "short account numbers, nothing declared", "Account", "bank", {"1234567": None}, {"BANK_INVALID": 1}),
    _record(150, "zeros lost by sort codes, declared", "Sort code", "bank",
            {"12345": "01234510000001", "20-12-34": "20123410000002"}, {"LEADING_ZERO_RESTORED": 1}, _ZEROS),
    _record(150, "sort codes with hyphens or blanks", "Sort code", "bank",
            {"12-34-56": "12345610000001", "12 34 56": "12345610000002"}, {}),
    _record(150, "a short sort code, nothing declared", "Sort code", "bank", {"12345": None}, {"BANK_INVALID": 1}),
    _record(151, "sort codes that became dates", "Sort code", "bank",
            {"21-Nov-97": None, "Nov-97": None, "21/11/1997": None, "1997-11-21 00:00:00": None,
             "21/11/97": "21119710000005"}, {"EXCEL_DATE_IN_SORTCODE": 4}),
    _record(152, "numbers as floats print them", "UPRN", "uprn",
            {"100012345678.0": "100012345678", "100012345679.00": "100012345679", "1.5": None},
            {"FLOAT_SUFFIX": 2, "UPRN_INVALID": 1}),
    Case(153, "marks of text", lambda: csv_of([
             row(1, Ref="'00123"), row(2, Ref='="00124"'), row(3, Ref="1234.0"),
             row(4, DOB='="01/02/1980"', Salary="'1,000.00", Surname='="OAKLEY"')]),
         Expected("loaded", {"EXCEL_TEXT_PREFIX": 5, "FLOAT_SUFFIX": 1}, counts=(4, 4, 0, 1)), also=_keys),
    _record(153, "a formula is text and never worked out", "Address", "address_as_written",
            {'="1 Quarry Lane"&CHAR(33)': '="1 Quarry Lane"&CHAR(33), GL2 2AB', "='x'!A1": "='x'!A1, GL3 3AB"}, {}),
    _record(153, "an apostrophe that belongs to a name", "Surname", "surname", {"'t Hooft": "T HOOFT"}, {}),
    _record(154, "National Insurance numbers as people write them", "NI No", "nino",
            {"ce 12 34 56 a": "CE123456", "CE123457": "CE123457", "Ce-123458-D": "CE123458"}, {}),
    _record(155, "National Insurance numbers that are none", "NI No", "nino",
            dict.fromkeys(["QQ123456C", "AB123456C", "TN010280F", "ZZ999999", "zz 99 99 99 a", "PP999999P"]),
            {"NINO_PLACEHOLDER": 6}),
    _record(156, "prefixes never given out", "NI No", "nino",
            dict.fromkeys(["GB123456A", "DA123456A", "AO123456A", "CE12345", "CE123456F"]), {"NINO_INVALID": 5}),
    _detail(157, "amounts with sign and commas", {"£1,234.56": 123456, "GBP 1,234.56": 123456, "1234.5": 123450}, {}),
    _detail(158, "amounts that read in two ways", {"1.234,56": ..., "12,5": ..., "1.234.567": ..., "1,234": 123400},
            {"AMOUNT_AMBIGUOUS": 3}),
    _detail(159, "marks of credit, declared", {"(50.00)": -5000, "50-": -5000, "50CR": -5000, "50 DR": 5000, "£(50)": None,
            "(50.00 CR)": ..., "-50 CR": ...}, {"AMOUNT_SIGN_UNCLEAR": 2, "NUMBER_INVALID": 1},
            _CREDITS),
    _detail(159, "marks of credit, not declared", dict.fromkeys(["(50.00)", "50-", "50CR", "50 DR"], ...),
            {"AMOUNT_SIGN_UNCLEAR": 4}),
    _detail(160, "negative amounts", {"-5.00": -500, "−5.00": -500, "£-5": -500, "-£0.01": -1}, {}),
    _detail(162, "words among amounts", {"see notes": None, "25.00": 2500}, {"NUMBER_INVALID": 1}),
    _detail(162, "words among amounts that are required", {"see notes": ..., "": ..., "25.00": 2500},
            {"NUMBER_INVALID": 1, "KEY_MISSING": 1}, _REQUIRED, done=_QUARANTINE),
    _detail(163, "NIL, blank and 0, declared", {"NIL": 0, "nil": 0, "-": 0, "": None, "0": 0, "0.00": 0}, {}, _NIL),
    _detail(163, "NIL, blank and 0, nothing declared", {"NIL": None, "": None, "0": 0}, {"NUMBER_INVALID": 1}),
    _detail(164, "figures of programs", dict.fromkeys(["NaN", "Infinity", "-inf", "1e400", "1_000", "0x1F", "1.5E+05"], ...),
            {"NUMBER_INVALID": 7}, done=_QUARANTINE),
    _detail(165, "fractions of a penny",
            {"0.30000000000000004": 30, "45.099999999999994": 4510, "1.005": 100, "1.015": 102, "1.0051": 101,
             "6.82121E-13": 0, "-1.015": -102, "12.3400": 1234}, {"AMOUNT_ROUNDED": 7}),
    _detail(166, "flags", {"Y": True, "yes ": True, "1": True, "n": False, "FALSE": False, "T": None, "2": None},
            {"CODE_UNKNOWN": 2}, _FLAG, column="Status", field="second_job_agreed"),
    _detail(166, "flags by a code list", {"T": True, "f": False, "Y": None}, {"CODE_UNKNOWN": 1}, _FLAG_CODES,
            column="Status", field="second_job_agreed"),
    _detail(167, "units, declared", {"37.5hrs": 3750, "37 HRS": 3700, "50%": 5000, "37": 3700, "37 hours": None},
            {"NUMBER_INVALID": 1}, _HOURS, column="Hours", field="hours_weekly_hundredths"),
    _detail(167, "units, not declared", {"37.5hrs": None, "50%": None}, {"NUMBER_INVALID": 2}, column="Hours",
            field="hours_weekly_hundredths"),
    _record(168, "telephone numbers as people write them", "Phone", "phone",
            {"+44 1632 960100": "01632960100", "1632 960101": "01632960101", "(01632) 960 102": "01632960102",
             "'01632960103": "01632960103", "1632960104.0": "01632960104"}, {"EXCEL_TEXT_PREFIX": 1, "FLOAT_SUFFIX": 1}),
    _record(169, "mailboxes nobody reads", "Email", "email",
            {"noemail@example.org": None, "noreply@example.org": None, "a@example.org": "a@example.org"},
            {"VALUE_OVERUSED": 2}),
    Case(169, "telephone numbers under too many names", _default_contacts, Expected("loaded", {"VALUE_OVERUSED": 31}, counts=(51, 51, 0, 1)),
         also=_contacts_left),
]  # fmt: skip
