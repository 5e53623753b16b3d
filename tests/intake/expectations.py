"""What is expected of a container, in few words."""

from __future__ import annotations

from collections.abc import Callable

from cases import Expected, Tried

NOTHING = (0, 0, 0, 0)


def refused(code: str) -> Expected:
    return Expected("refused", {code: 1}, counts=NOTHING)


def held(code: str, records: int = 0, skipped: int = 0) -> Expected:
    return Expected("held", {code: 1}, counts=(records, 0, records, skipped))


def sound(skipped: int = 1, **codes: int) -> Expected:
    return Expected("loaded", codes, counts=(10, 10, 0, skipped))


def says(code: str, *words: str) -> Callable[[Tried], None]:
    """The detail of the only fault of a code holds these words, and never a value of a row."""

    def check(one: Tried) -> None:
        (detail,) = {fault["detail"] for fault in one.rejects if fault["reason"] == code}
        assert all(word in (detail or "") for word in words), detail
        assert not any(word in (detail or "") for word in ("ALDERTON", "BREWSTER", "Quarry"))

    return check


def details(code: str, *wanted: str) -> Callable[[Tried], None]:
    """The details of the faults of a code, in the order of rows."""

    def check(one: Tried) -> None:
        found = [fault for fault in one.rejects if fault["reason"] == code]
        assert [fault["detail"] for fault in found] == list(wanted)

    return check
