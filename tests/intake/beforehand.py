"""What a check says of a case beforehand, and what goes back to its sender afterwards."""

from __future__ import annotations

from collections import Counter

from cases import OWN, Case, Tried

from fraudmatch.extract.printable import printable
from fraudmatch.extract.whole_site import extract_site
from fraudmatch.preflight import preflight

#: Codes of what is compared with other files, with agreements or with decisions: only a night says them.
OF_THE_NIGHT = {
    "AMBIGUOUS_DELIVERY", "COLUMN_NOT_AGREED", "DELIVERY_REFUSED", "EXTRACT_OVERDUE", "EXTRACT_STALE",
    "FIELD_NOT_AGREED", "FIELD_TRUNCATION_SUSPECTED", "FILE_LOCKED", "PART_MISSING", "POSSIBLE_EXCEL_TRUNCATION",
    "PRECISION_LOST", "SHARING_ENDED", "SHARING_NOT_AGREED", "SHARING_REVIEW_DUE", "TEST_DATA_SUSPECTED",
    "WRONG_PARTNER_SUSPECTED",
}  # fmt: skip


def the_check_says_the_same(case: Case, one: Tried) -> None:
    """The codes and numbers of `fraudmatch check` are those of the night."""
    said: Counter[str] = Counter()
    for finding in preflight(one.site, [OWN]).findings:
        if finding.file == printable(case.file) and finding.reason not in OF_THE_NIGHT:
            said[finding.reason] += finding.rows
    night = {reason: rows for reason, rows in one.codes.items() if reason not in OF_THE_NIGHT}
    if one.delivery["state"] == "loaded":
        assert said == night
    else:  # what is held or refused in the night is not cleaned there
        assert night.items() <= said.items()


def rows_set_aside_go_back(case: Case, one: Tried, content: bytes) -> None:
    """Every row that extract set aside is kept as it was written, to be sent back."""
    (file,) = [
        each for each in extract_site(one.site, [OWN]).files if each.row["file"] == printable(case.file)
    ]
    assert file.quarantined is not None
    assert file.quarantined.num_rows == file.row["rejected"]
    if not content.startswith(b"PK") and "BAD_BYTES" not in case.expected.codes:
        text = content.decode()
        assert [raw for raw in file.quarantined["raw"].to_pylist() if raw not in text] == []
