"""The words in which a check speaks, on a terminal and on a page alike."""

from __future__ import annotations

from fraudmatch.preflight.findings import Finding
from fraudmatch.reasons import Disposition

#: How a finding is marked.
MARKS = {
    Disposition.REPAIR: "repaired",
    Disposition.FLAG: "warning",
    Disposition.SKIP: "passed over",
    Disposition.QUARANTINE: "rejected",
    Disposition.HOLD: "held",
    Disposition.REJECT: "refused",
    Disposition.DEFER: "put off",
}

#: What became of a file.
STATES = {
    "loaded": "The file loads.",
    "refused": "The file is refused: nothing of it loads.",
    "held": "The file is held: nothing of it loads until a person has looked.",
    "deferred": "The file is put off: it is tried again.",
    "stands": "The delivery accepted last stands in.",
    "repeated": "The file is known already: nothing of it is taken.",
}

#: What a check of one file cannot say.
FILE_ALONE = (
    "Not asked, as that needs a site: how the file compares with the extract in use (rows, fill, form, dates, units, "
    "references), with other partners' extracts, and with what is agreed to be shared."
)


def cost(finding: Finding) -> str:
    """What a finding costs: the whole file, records, or values."""
    if finding.fatal and not finding.first_rows:
        return "the whole file"
    if not finding.first_rows:
        return "all cells" if finding.column or finding.field else "the file as a whole"
    noun = "record" if finding.fatal else "value"
    return f"{finding.rows:,} {noun}{'' if finding.rows == 1 else 's'}"
