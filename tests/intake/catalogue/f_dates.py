"""F. Dates: cases 101 to 120. That a column in the other order holds the file (108) is seen with the gates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from cases import MAPPING, Case, Expected, Tried, csv_of, row

MADE_F = set(range(101, 121))

_SOUND = 30


def _file(*changed: Mapping[str, str], sound: int = _SOUND) -> Callable[[], bytes]:
    """Rows E00001 … with the changes, and sound ones behind them."""
    count = len(changed)
    odd = [row(number, **change) for number, change in enumerate(changed, 1)]
    return lambda: csv_of(odd + [row(number) for number in range(count + 1, count + sound + 1)])


def _births(**expected: dt.date | None) -> Callable[[Tried], None]:
    """The dates of birth of records by reference."""

    def check(one: Tried) -> None:
        for ref, born in expected.items():
            assert one.record(ref)["date_of_birth"] == born, ref

    return check


def _detail(ref: str, name: str, expected: object) -> Callable[[Tried], None]:
    def check(one: Tried) -> None:
        record_id = one.record(ref)["record_id"]
        (found,) = [d for d in one.prepared.details["payroll"].to_pylist() if d["record_id"] == record_id]
        assert found[name] == expected

    return check


def _read_as(*formats: str) -> str:
    listed = ", ".join(f'"{text}"' for text in formats)
    return MAPPING.replace(
        'date_of_birth = "DOB"', f'date_of_birth = {{ column = "DOB", formats = [{listed}] }}'
    )


def _case(
    number: int, title: str, dates: Mapping[str, dt.date | None], codes: Mapping[str, int], *formats: str,
    sound: str | None = None,
) -> Case:  # fmt: skip
    """Dates of birth as written, what they are read as, and what is said; `sound` is a format of other rows."""

    def content() -> bytes:
        listed = [row(number, DOB=text) for number, text in enumerate(dates, 1)]
        if sound is None:
            return csv_of(listed)
        days = [dt.date(1950 + at, at % 12 + 1, at % 28 + 1) for at in range(_SOUND)]
        more = [row(len(dates) + at, DOB=day.strftime(sound)) for at, day in enumerate(days, 1)]
        return csv_of(listed + more)

    mapping = _read_as(*formats) if formats else MAPPING
    expected = {f"E{at:05d}": day for at, day in enumerate(dates.values(), 1)}
    count = len(dates) + (0 if sound is None else _SOUND)
    odd = tuple(at for at, day in enumerate(dates.values(), 2) if day is None)
    records = {code: odd for code, times in codes.items() if len(codes) == 1 and times == len(odd)}
    return Case(number, title, content, Expected("loaded", codes, {}, (count, count, 0, 1), records), mapping=mapping,
                also=_births(**expected))  # fmt: skip


_DAY = dt.date(1980, 2, 1)


def _overused(one: Tried) -> None:
    born = [record["date_of_birth"] for record in one.prepared.records.to_pylist()]
    assert dt.date(1975, 1, 1) not in born and sum(day is not None for day in born) == 200


def _by_token(one: Tried) -> None:
    """What stood there is told by word, so that each can be counted."""
    told = sorted(reject["detail"] for reject in one.rejects)
    assert told == ["written --", "written N/A", "written N/A", "written UNKNOWN"]


def _two_orders(one: Tried) -> None:
    (reject,) = [r for r in one.rejects if r["reason"] == "DATE_AMBIGUOUS" and r["source_row"] == 6]
    assert reject["detail"] == "4 of 35 dates of the column are impossible in the declared order"
    assert one.record("E00005")["date_of_birth"] is None
    assert one.record("E00006")["date_of_birth"] == dt.date(1980, 2, 2)


CASES = [
    _case(101, "the declared format", {"01/02/1980": _DAY, "1/2/1980": _DAY}, {}),
    _case(102, "ISO with a time of day", {"1980-02-01 14:30:00": _DAY, "1980-02-01T00:00:01.5": _DAY},
          {"TIME_DROPPED": 2}, "%Y-%m-%d"),
    _case(102, "ISO at midnight", {"1980-02-01T00:00:00": _DAY, "1980-02-01 00:00": _DAY}, {}, "%Y-%m-%d"),
    _case(102, "a declared time", {"01/02/1980 09:15": _DAY, "02/02/1980 00:00": dt.date(1980, 2, 2)},
          {"TIME_DROPPED": 1}, "%d/%m/%Y %H:%M"),
    _case(103, "an offset from Greenwich",
          {"1980-02-01T00:00:00+01:00": _DAY, "1980-02-01T00:00:00Z": _DAY, "1980-02-01 00:00:00 -0500": _DAY},
          {}, "%Y-%m-%d"),
    _case(104, "the first zero lost", {"1021980": _DAY, "31121980": dt.date(1980, 12, 31)},
          {"DATE_PADDED": 1}, "%d%m%Y"),
    _case(104, "the first zero missing where others kept theirs", {"1021980": None, "02021980": dt.date(1980, 2, 2)},
          {"DATE_INVALID": 1}, "%d%m%Y"),
    _case(105, "day numbers declared", {"29252": _DAY, "29252.0": _DAY}, {"EXCEL_SERIAL": 2}, "%d/%m/%Y", "excel"),
    _case(105, "day numbers not declared", {"29252": None}, {"DATE_INVALID": 1}),
    _case(105, "a year is no day number", {"1980": None}, {"DATE_PARTIAL": 1}, "%d/%m/%Y", "excel"),
    _case(106, "29 February 1900 as a day number", {"60": None}, {"DATE_INVALID": 1}, "%d/%m/%Y", "excel"),
    _case(107, "two digits of the year",
          {"01/02/80": _DAY, "01/02/45": dt.date(1945, 2, 1), "31/03/26": dt.date(2026, 3, 31),
           "01/04/26": dt.date(1926, 4, 1)}, {"CENTURY_INFERRED": 4, "AGE_UNEXPECTED": 1}, "%d/%m/%y"),
    Case(108, "the whole column in the other order",
         lambda: csv_of([row(n, Start=f"{n % 12 + 1:02d}/{n % 28 + 1:02d}/2019") for n in range(1, 57)]),
         Expected("held", {"DATE_ORDER_SUSPECTED": 1, "DATE_INVALID": 32, "DATE_AMBIGUOUS": 13}, counts=(56, 0, 56, 1))),
    Case(109, "both orders in one column", _file({"DOB": "01/13/1980"}, {"DOB": "02/14/1980"}, {"DOB": "03/15/1980"},
         {"DOB": "04/16/1980"}, {"DOB": "03/04/1980"}, {"DOB": "02/02/1980"}, sound=29),
         Expected("loaded", {"DATE_INVALID": 4, "DATE_AMBIGUOUS": 9}, counts=(35, 35, 0, 1)), also=_two_orders),
    Case(109, "a slip is no second order", _file({"DOB": "01/13/1980"}, {"DOB": "03/04/1980"}, sound=150),
         Expected("loaded", {"DATE_INVALID": 1}, counts=(152, 152, 0, 1)), also=_births(E00002=dt.date(1980, 4, 3))),
    _case(110, "dates that stand for not known",
          dict.fromkeys(["01/01/1900", "01/01/1901", "01/01/1970", "01/01/0001", "31/12/9999", "11/11/1111"]),
          {"DOB_PLACEHOLDER": 6}),
    Case(111, "one date of birth under far too many names",
         lambda: csv_of([row(n) for n in range(1, 201)]
                        + [row(n, DOB="01/01/1975", Surname=f"Surname{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[n % 26]}")
                           for n in range(201, 251)]),
         Expected("loaded", {"DOB_OVERUSED": 50}, counts=(250, 250, 0, 1)), also=_overused),
    _case(112, "born tomorrow", {"01/04/2026": None, "31/03/1990": dt.date(1990, 3, 31)}, {"DOB_FUTURE": 1}),
    _case(113, "too old", {"31/03/1905": None, "01/04/1905": dt.date(1905, 4, 1), "31/03/1921": dt.date(1921, 3, 31),
          "01/04/1921": dt.date(1921, 4, 1)}, {"AGE_IMPLAUSIBLE": 3}),
    _case(114, "a child on the payroll", {"01/04/2013": dt.date(2013, 4, 1), "31/03/2013": dt.date(2013, 3, 31)},
          {"AGE_UNEXPECTED": 1}),
    _case(115, "a day no calendar has", {"31/02/1980": None, "29/02/1981": None, "29/02/1980": dt.date(1980, 2, 29)},
          {"DATE_INVALID": 2}),
    Case(116, "the end before the beginning", _file({"Start": "01/04/2020", "End": "31/03/2020"},
         {"Start": "01/04/2020", "End": "01/04/2020"}), Expected("loaded", {"DATE_SEQUENCE": 1}, counts=(32, 32, 0, 1)),
         also=_detail("E00001", "employment_end", dt.date(2020, 3, 31))),
    Case(117, "words for not known", _file({"Start": "UNKNOWN"}, {"Start": "N/A"}, {"Start": "n/a"}, {"Start": "--"},
         {"Start": ""}), Expected("loaded", {"DATE_PLACEHOLDER": 4}, counts=(35, 35, 0, 1)), also=_by_token),
    _case(117, "words for not known as a birth", {"Unknown": None, "": None, "00/00/0000": None}, {"DOB_PLACEHOLDER": 2}),
    _case(118, "a year, or month and year", {"1980": None, "02/1980": None, "1980-02": None, "Feb 1980": None},
          {"DATE_PARTIAL": 4}),
    _case(119, "names of months, declared", {"1-Feb-1980": _DAY, "1-CHWE-1980": None, "1-Chw-1980": _DAY},
          {"DATE_INVALID": 1}, "%d-%b-%Y"),
    _case(119, "Welsh months, declared", {"1 Chwefror 1980": _DAY, "1 February 1980": _DAY, "1 mai 1980": dt.date(1980, 5, 1)},
          {}, "%d %B %Y"),
    _case(119, "names of months, not declared", {"1-Feb-80": None, "1 Chwefror 1980": None}, {"DATE_INVALID": 2}),
    _case(120, "digits of another script", {"０１/０２/１９８０": _DAY, "٠١/٠٢/١٩٨٠": _DAY},
          {"DIGITS_NORMALISED": 2}),
    _case(120, "full-width signs between the digits", {"０１／０２／１９８０": _DAY}, {"DIGITS_NORMALISED": 1}),
]  # fmt: skip
