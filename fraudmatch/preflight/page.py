"""What was found in one file as one HTML page for the person who has to mend it.

The page stays with the partner: it names records by number, and shows cells only when asked to.
No script, no other file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.extract.columns_seen import SeenColumn
from fraudmatch.preflight.findings import Finding, Preflight
from fraudmatch.preflight.words import FILE_ALONE, MARKS, STATES, cost
from fraudmatch.reasons import Disposition

#: How many records a place in the page names.
EXAMPLES = 8

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1d2733; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; } h2 { font-size: 1.25rem; margin-top: 2.4rem; }
p { max-width: 46rem; } ol { padding-left: 1.5rem; } li { margin: 0 0 1rem; max-width: 52rem; }
.fix b { display: block; } .mark { background: #eef2f7; border-radius: .2rem; padding: .05rem .4rem; }
.lost { background: #fdebd9; } small { color: #4b5159; font-size: .875rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .875rem; margin: .8rem 0; width: 100%; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid #d5d9de; text-align: left; vertical-align: top; }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
code { background: #f2f4f7; padding: .05rem .3rem; white-space: pre-wrap; overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } h2 { break-after: avoid; } tr, li { break-inside: avoid; } }
"""


def page(
    found: Preflight, rejects: pa.Table, columns: Sequence[SeenColumn], *, show_values: bool = False
) -> str:
    """The page of one file.

    Args:
        found / rejects: as `preflight_file` gives them.
        columns: of the file; none when it could not be read.
        show_values: print the cells at fault beside their record numbers.
    """
    file = found.files[0]
    title = f"Check of {file['file']}"
    faults = {id(one): _rows_of(rejects, one) for one in found.findings}
    parts = [*_summary(found, show_values), *_first(found.findings, faults, columns, show_values)]
    if columns:
        parts += _columns(columns, found.findings, faults)
    return "\n".join([
        "<!doctype html>", '<html lang="en-GB"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>", f"<h1>{escape(title)}</h1>",
        *parts, "</body></html>", "",
    ])  # fmt: skip


def _rows_of(rejects: pa.Table, finding: Finding) -> list[int]:
    """The records of a finding, ascending; none for a fault of the whole file."""
    mask = pc.equal(rejects["reason"], finding.reason)
    for name in ("field", "column", "disposition"):
        value = getattr(finding, name)
        mask = pc.and_(mask, pc.is_null(rejects[name]) if value is None else
                       pc.fill_null(pc.equal(rejects[name], value), False))  # fmt: skip
    return sorted(pc.unique(rejects.filter(mask)["source_row"].drop_null()).to_pylist())


def _summary(found: Preflight, show_values: bool) -> Iterator[str]:
    file = found.files[0]
    yield f"<p><b>{STATES[file['state']]}</b> Read as {escape(str(file['dataset']))}: {file['received']:,} records received, "
    yield f"{file['loaded']:,} load, {file['rejected']:,} do not; {file['skipped']:,} line(s) are no records"
    yield " (heading, blank lines).</p>"
    yield f"<p>{escape(FILE_ALONE)}</p>"
    yield (
        "<p>Records are numbered as rows of the file, its heading included. "
        + ("This page shows cells of the file: keep it where the file is kept." if show_values else
           "The page holds no value of the file.")
        + "</p>"
    )  # fmt: skip


def _first(
    findings: Sequence[Finding], faults: dict[int, list[int]], columns: Sequence[SeenColumn], shown: bool
) -> Iterator[str]:
    yield "<h2>What to fix first</h2>"
    if not findings:
        yield "<p>Nothing was found.</p>"
        return
    yield '<ol class="fix">'
    for one in findings:
        mark = MARKS[Disposition(one.disposition)]
        here = _of(columns, one)
        place = one.column or " + ".join(column.heading for column in here) or one.field
        yield f"<li><b>{escape(one.meaning)}</b>"
        yield f'<span class="mark{" lost" if one.fatal else ""}">{mark}</span> '
        yield f"{escape(cost(one))}{f' in <code>{escape(place)}</code>' if place else ''}."
        yield f" {escape(one.remedy)}"
        if one.detail:
            yield f"<br><small>{escape(one.detail)}</small>"
        if faults[id(one)]:
            yield f"<br><small>{_records(faults[id(one)], here if shown else ())}</small>"
        yield f"<br><small>Code {one.reason}</small></li>"
    yield "</ol>"


def _records(rows: Sequence[int], columns: Iterable[SeenColumn]) -> str:
    """Record numbers, each with its cells where they are to be shown."""
    columns = list(columns)
    named = []
    for row in rows[:EXAMPLES]:
        cells = [cell for cell in (column.cell(row) for column in columns) if cell is not None]
        named.append(f"{row:,}" + "".join(f" <code>{escape(cell)}</code>" for cell in cells))
    more = f" and {len(rows) - EXAMPLES:,} more" if len(rows) > EXAMPLES else ""
    return f"Record{'s' if len(rows) > 1 else ''} {', '.join(named)}{more}"


def _of(columns: Sequence[SeenColumn], finding: Finding) -> list[SeenColumn]:
    """The columns a finding lies in: those its heading names, else those that feed its field."""
    named = [one for one in columns if finding.column and one.heading in finding.column.split(" + ")]
    return named or [one for one in columns if finding.field and finding.field in one.fields]


def _columns(
    columns: Sequence[SeenColumn], findings: Sequence[Finding], faults: dict[int, list[int]]
) -> Iterator[str]:
    yield "<h2>Column by column</h2>"
    yield "<p>Filled: of all records. Sound: of the filled ones, those nothing was found in.</p>"
    yield '<div class="wide"><table><tr><th>Column</th><th>Read as</th><th class="n">Filled</th>'
    yield '<th class="n">Sound</th><th>Found</th><th>Records</th></tr>'
    for column in columns:
        here = [one for one in findings if _of([column], one) and faults[id(one)]]
        rows = sorted({row for one in here for row in faults[id(one)]})
        bad = sum(column.cell(row) is not None for row in rows)
        said = ", ".join(f"{escape(one.reason)} ({MARKS[Disposition(one.disposition)]})" for one in here)
        yield f"<tr><td><code>{escape(column.heading)}</code></td>"
        yield f"<td>{escape(', '.join(column.fields)) or 'not read'}</td>"
        yield f'<td class="n">{_share(column.filled, column.rows)}</td>'
        sound = _share(column.filled - bad, column.filled) if column.fields else "–"
        yield f'<td class="n">{sound}</td><td>{said}</td><td>{_records(rows, ()) if rows else ""}</td></tr>'
    yield "</table></div>"


def _share(part: int, whole: int) -> str:
    """A percentage; never 100 % when something is missing, never 0 % when something is there."""
    if not whole:
        return "–"
    if 0 < part < whole:
        return f"{min(max(100 * part / whole, 0.1), 99.9):.1f}%"
    return f"{100 * part // whole}%"
