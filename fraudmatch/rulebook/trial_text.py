"""What a trial of a rule found, for the terminal of the hub and as a CSV file."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.kept import full_record
from fraudmatch.pairs.in_night import RELATIONS, record_name
from fraudmatch.report.csvs import write_csv
from fraudmatch.report.disclosure import Column
from fraudmatch.report.inputs import MATCH_ONLY
from fraudmatch.report.layout import fitted, paragraph, text_table
from fraudmatch.report.overrides import taken_away
from fraudmatch.report.words import NOT_A_FINDING, counted, fact_phrase, long_date, pounds
from fraudmatch.rulebook.few import FEW, already_flagged, blank_columns, fact_lines
from fraudmatch.rulebook.manual import review_words
from fraudmatch.rulebook.trial import Trial, of_partner, points_of
from fraudmatch.rulebook.words import cell
from fraudmatch.scoring.rulefile import VALUE_CLASSES

#: How many of the strongest gained flags are laid out.
STRONGEST = 5


def trial_lines(trial: Trial, site: Path) -> list[str]:
    """Lines without line ends. The hub reads them: they name records of every partner.

    Args:
        site: the folder as the user named it, for the commands printed.
    """
    made = trial.compared
    return [
        *_head(trial),
        "",
        *_changes(trial),
        "",
        *_partners(trial),
        *_seen(trial),
        *_facts(trial),
        *_why_few(trial),
        *_known_already(trial),
        *_expected(trial),
        *_strongest(trial, made.gained, site),
        *paragraph(NOT_A_FINDING, indent=""),
    ]


def _head(trial: Trial) -> Iterator[str]:
    file, kept = trial.rule.file, trial.kept
    title = fitted(f"{file.id} · {file.title}", 78)
    yield title
    yield "═" * len(title)
    yield f"Tried as version {file.version}, {file.status}, on the night of {long_date(kept.as_at)}."
    yield f"Run {kept.run.folder.name}; nothing was written to the site."
    if trial.published is None:
        yield "That night did not run this rule, so every flag is gained."
        return
    yield f"Compared with version {trial.published}, whose flags that night published."
    in_force = trial.library.rule(file.id)
    if in_force is not None and in_force.file.version != trial.published:
        yield from paragraph(
            f"The library holds version {in_force.file.version} by now; what that one would flag is "
            f"told by: fraudmatch rules try {file.id} SITE",
            indent="",
        )


def _changes(trial: Trial) -> list[str]:
    made = trial.compared
    now = pa.concat_tables([made.gained, made.kept])
    tables = [("gained", made.gained), ("lost", made.lost), ("kept", made.kept), ("now", now)]
    rows = [
        (name, f"{flags.num_rows:,}", _points(flags), *_amounts(flags))
        for name, flags in (tables if trial.published is not None else tables[:1])
    ]
    headings = ("", "flags", "points", *VALUE_CLASSES)
    lines = text_table(headings, rows, right=tuple(range(1, len(headings))))
    lines.append("Points: least to most, and the middle one in brackets. Amounts are never added together.")
    if made.kept.num_rows:
        lines.append(f"Of those kept, {made.ranked_anew:,} have other points than before.")
    return lines


def _points(flags: pa.Table) -> str:
    said = points_of(flags)
    if said is None:
        return "–"
    least, middle, most = said
    return f"{least}" if least == most else f"{least}–{most} ({middle})"


def _amounts(flags: pa.Table) -> tuple[str, ...]:
    return tuple(pounds(pc.sum(flags[f"value_{kind}_pence"]).as_py()) for kind in VALUE_CLASSES)


def _partners(trial: Trial) -> list[str]:
    made = trial.compared
    parties = {
        name
        for flags in (made.gained, made.lost, made.kept)
        for side in ("left", "right")
        for name in pc.unique(flags[f"{side}_partner"]).to_pylist()
        if name is not None
    }
    rows = []
    for partner in sorted(parties):
        gained, lost, kept = (
            of_partner(flags, partner).num_rows for flags in (made.gained, made.lost, made.kept)
        )
        rows.append(
            (
                partner,
                f"{kept + lost:,}",
                f"{gained:+,}",
                f"{-lost:+,}" if lost else "0",
                f"{kept + gained:,}",
            )
        )
    if not rows:
        return []
    lines = text_table(("partner", "before", "gained", "lost", "now"), rows, right=(1, 2, 3, 4), most=40)
    return [*lines, "A flag between two partners counts for both.", ""]


def _seen(trial: Trial) -> list[str]:
    seen = trial.looked_at
    words = f"Looked at {counted(seen.left, 'record')} of {trial.rule.file.pair.left}"
    if trial.rule.file.pair.right is not None:
        words += f" and {seen.right:,} of {trial.rule.file.pair.right}, {counted(seen.pairs, 'pair')} in all"
    lines = paragraph(words + ".", indent="")
    counts = pc.value_counts(trial.held["fact"].combine_chunks()).to_pylist()
    held = {row["values"]: row["counts"] for row in counts}
    for fact in trial.rule.unless:
        reason = fact_phrase(fact, trial.rule.file.reasons)
        lines += paragraph(reason, indent=" " * 18, first=f"Held back {held.get(fact, 0):>5,} · ")
    gone = taken_away(trial.overruled)
    if gone:
        lines.append(f"Taken away by the overrides of the site: {gone:,}.")
    return [*lines, ""]


def _why_few(trial: Trial) -> list[str]:
    """Of a rule that flags next to nothing, what keeps it from flagging more."""
    if trial.compared.gained.num_rows + trial.compared.kept.num_rows > FEW:
        return []
    lines = list(blank_columns(trial.rule, trial.kept))
    return [*(line for each in lines for line in paragraph(each, indent="")), ""] if lines else []


def _facts(trial: Trial) -> list[str]:
    lines = fact_lines(trial.rule, trial.library, trial.kept)
    return [*lines, ""] if lines else []


def _known_already(trial: Trial) -> list[str]:
    gained = trial.compared.gained
    found = already_flagged(trial.rule, gained, trial.kept.flags)
    lines = [
        f"{many:,} of the {gained.num_rows:,} gained are flagged already by {rule}."
        for rule, many in found.items()
    ]
    return [*lines, ""] if lines else []


def _expected(trial: Trial) -> list[str]:
    """The yield the rule states, over the flags it makes now; nothing where it states none."""
    said = review_words(trial.rule)
    if not said:
        return ["The rule does not say how many of its flags are expected to be real.", ""]
    review: Any = getattr(trial.rule.file, "review", None)
    flags = trial.compared.gained.num_rows + trial.compared.kept.num_rows
    stated = getattr(review, "expected", None)
    lines = paragraph(f"The rule says: {said}", indent="")
    if stated is not None:
        hours = flags * review.minutes / 60
        whole = (
            f"{counted(flags, 'flag')} now: about {flags * stated.rate:.1f} real, {hours:.1f} officer hours."
        )
        lines.append(whole)
    return [*lines, ""]


def _strongest(trial: Trial, gained: pa.Table, site: Path) -> list[str]:
    if not gained.num_rows:
        return []
    records = trial.kept.prepared.records
    rows = gained.slice(0, STRONGEST).to_pylist()
    lines = [f"The strongest of the {counted(gained.num_rows, 'flag')} gained" if len(rows) > 1 else "Gained"]
    for row in rows:
        names = [named(records, row[side]) for side in ("left_id", "right_id") if row[side] is not None]
        sure = row["identity_probability"]
        link = "" if sure is None else f", link {_probability(sure)}"
        lines.append(f"  {row['risk_points']} points{link}")
        lines += paragraph(_true_facts(trial, row), indent="    ")
        for side, shown in shown_details(trial, row).items():
            lines += paragraph(shown, indent=" " * 11, first=f"    {side:<5}  ") if shown else []
        command = _explain(trial, names, site)
        # One line, however long: it is there to be copied.
        lines += [f"    {command}"] if command else [f"    {name}" for name in names]
    return [*lines, ""]


def _true_facts(trial: Trial, row: Mapping[str, Any]) -> str:
    said: dict[str, bool | None] = json.loads(row["facts"])
    reasons = trial.rule.file.reasons
    return "; ".join(fact_phrase(name, reasons) for name in trial.rule.facts if said.get(name)) + "."


def shown_details(trial: Trial, row: Mapping[str, Any]) -> dict[str, str]:
    """Side -> what [show] names of its record, in words; "" where nothing of it is known."""
    show, found = trial.rule.file.show, {}
    for side, named_there in (("left", show.left), ("right", show.right)):
        wanted = [name for name in named_there if name not in MATCH_ONLY]
        record_id = row[f"{side}_id"]
        record = {} if record_id is None or not wanted else full_record(trial.kept.prepared, record_id)
        known = [cell(name, record[name]) for name in wanted if record.get(name) is not None]
        found[side] = ", ".join(known)
    return found


def _explain(trial: Trial, names: list[str], site: Path) -> str:
    """How to see why the two are linked; relations without a model have nothing to explain."""
    relation = trial.rule.file.pair.relation
    if len(names) != 2 or relation not in RELATIONS:
        return ""
    option = "" if relation == "person" else f" --relation {relation}"
    return f"fraudmatch explain {shlex.quote(str(site))} {' '.join(map(shlex.quote, names))}{option}"


def _probability(probability: float) -> str:
    """Four digits; nothing is printed as certain."""
    return f"{min(round(probability, 4), 0.9999):.4f}"


def named(records: pa.Table, record_id: int) -> str:
    """partner:data set:reference, with #2 for the second party of a joint row."""
    second = "#2" if records["party"][record_id].as_py() == 2 else ""
    return record_name(records, record_id) + second


_COLUMNS = (
    Column("change", "Change", "text", "flag"),
    Column("flag_key", "Flag key", "text", "flag"),
    Column("left", "Left record", "text", "flag"),
    Column("right", "Right record", "text", "flag"),
    Column("before", "Points before", "integer", "flag"),
    Column("risk_points", "Points", "integer", "flag"),
    Column("identity", "Link probability", "text", "flag"),
    *(Column(f"value_{kind}_pence", f"{kind.capitalize()} (£)", "pence", "flag") for kind in VALUE_CLASSES),
    Column("facts", "True facts", "text", "flag"),
    Column("left_shown", "Left details", "text", "flag"),
    Column("right_shown", "Right details", "text", "flag"),
)


def write_trial(path: Path, trial: Trial) -> int:
    """Write every flag gained, lost or kept as CSV; the number of rows.

    Points of a lost flag are those it had.
    """
    made, rows = trial.compared, []
    for change, flags in (("gained", made.gained), ("lost", made.lost), ("kept", made.kept)):
        before = {"lost": made.lost, "kept": made.was}.get(change)
        for place, row in enumerate(flags.to_pylist()):
            was = before["risk_points"][place].as_py() if before is not None else None
            rows.append(_csv_row(trial, change, row, was))
    kinds = {"text": pa.string(), "integer": pa.int64(), "pence": pa.int64()}
    table = {one.key: pa.array([row[one.key] for row in rows], kinds[one.kind]) for one in _COLUMNS}
    write_csv(path, _COLUMNS, pa.table(table))
    return len(rows)


def _csv_row(trial: Trial, change: str, row: Mapping[str, Any], was: int | None) -> dict[str, Any]:
    records, right = trial.kept.prepared.records, row["right_id"]
    sure, shown = row["identity_probability"], shown_details(trial, row)
    return dict(row) | {
        "left_shown": shown["left"] or None,
        "right_shown": shown["right"] or None,
        "change": change,
        "before": was,
        "left": named(records, row["left_id"]),
        "right": named(records, right) if right is not None else None,
        "identity": None if sure is None else _probability(sure),
        "facts": _true_facts(trial, row),
    }
