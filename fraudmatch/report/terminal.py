"""What a night found, for the terminal of whoever ran it: counts and amounts, no names of people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fraudmatch.report.decided import StateTotal
from fraudmatch.report.deliveries import DeliveryNote, oldest_in_words
from fraudmatch.report.layout import fitted, paragraph, text_table
from fraudmatch.report.totals import ExtractTotal, RuleTotal, shown_classes
from fraudmatch.report.words import NOT_A_FINDING, counted, long_date, pounds

#: Faults of the outcomes that are printed.
_FAULTS_SHOWN = 5


@dataclass(frozen=True)
class NightSummary:
    """A night in plain values.

    Attributes:
        extracts: delivered files (`totals.extract_totals`).
        stages: (name, seconds) in the order they ran; only the terminal shows times.
        rules: totals of the rules that flagged something, each flag once (`totals.rule_totals`).
        silent_trials: ids of rules on trial that flagged nothing.
        flags: all flags, each once.
        unverified: a sentence on amounts whose source nobody has read (`words.unverified_values`), or "".
        cases: cases the open flags make. outcome_faults: what could not be read of the outcomes, one a line.
        held: pairs and records that fit a rule and have a known excuse.
        taken_away: flags that local overrides took away.
        reports: the folder the reports are in; None when none were written (a dry run).
        files: how many files were written there.
        notes: every delivery in words (`deliveries.delivery_notes`).
        decided: what became of flags that somebody decided (`decided.state_totals`).
        restricted: what the manifest says of restricted records; empty = nothing.
        ledger_head: of before the night; "" = none is printed. changed_rules: a line each (`witness.changed_rules`).
    """

    site_name: str
    as_at: dt.date
    run_id: str
    extracts: Sequence[ExtractTotal]
    stages: Sequence[tuple[str, float]]
    rules: Sequence[RuleTotal]
    flags: int
    unverified: str = ""
    held: int = 0
    taken_away: int = 0
    cases: int = 0
    outcome_faults: Sequence[str] = ()
    reports: Path | None = None
    files: int = 0
    notes: Sequence[DeliveryNote] = ()
    silent_trials: Sequence[str] = ()
    decided: Sequence[StateTotal] = ()
    ledger_head: str = ""
    changed_rules: Sequence[str] = ()
    restricted: Mapping[str, int] = field(default_factory=dict)


def summary_lines(night: NightSummary) -> list[str]:
    """Lines without line ends; the caller prints them."""
    title = fitted(f"{night.site_name} · as at {long_date(night.as_at)} · run {night.run_id}", 100)
    return [
        title,
        "═" * len(title),
        *_changed_lines(night),
        *_extract_lines(night.extracts),
        *_delivery_lines(night),
        "",
        *_rule_lines(night),
        *_trial_lines(night),
        *_held_lines(night),
        *(paragraph(night.unverified, indent="") if night.unverified else []),
        *_decided_lines(night),
        *_case_lines(night),
        *_restricted_lines(night.restricted),
        "",
        *_stage_lines(night.stages),
        *_report_lines(night),
        *paragraph(NOT_A_FINDING, indent=""),
    ]


def _restricted_lines(told: Mapping[str, int]) -> list[str]:
    """What is shown to nominated officers alone, and entries of the lists that fit nothing; nothing where nobody keeps a list."""
    if not told.get("listed"):
        return []
    lines = [
        f"{counted(told['listed'], 'record')} on the lists of restricted people: {counted(told['flags'], 'flag')} in "
        f"{counted(told['cases'], 'case')}, for nominated officers alone and in none of the numbers above."
    ]
    if told["for_nobody"]:
        lines.append(
            f"{counted(told['for_nobody'], 'flag')} of them {'rests' if told['for_nobody'] == 1 else 'rest'} on restricted "
            "records of several partners: nobody sees these."
        )
    if told["without_record"]:
        lines.append(
            f"{counted(told['without_record'], 'line')} of the lists {'fits' if told['without_record'] == 1 else 'fit'} no record tonight: look whether the extract "
            "writes the reference otherwise (fraudmatch check SITE names them)."
        )
    return [line for text in lines for line in paragraph(text, "")]


def _extract_lines(extracts: Sequence[ExtractTotal]) -> list[str]:
    if not extracts:
        return ["No extract was received."]
    rows = [
        (e.partner, e.dataset_title, e.file, f"{e.received:,}", f"{e.loaded:,}", f"{e.rejected:,}", e.state)
        for e in extracts
    ]
    received, loaded, rejected = (
        sum(getattr(e, name) for e in extracts) for name in ("received", "loaded", "rejected")
    )
    rows.append(
        ("all", "", counted(len(extracts), "file"), f"{received:,}", f"{loaded:,}", f"{rejected:,}", "")
    )
    headings = ("partner", "data set", "file", "received", "loaded", "rejected", "state")
    return text_table(headings, rows, right=(3, 4, 5), most=40)


def _delivery_lines(night: NightSummary) -> list[str]:
    """What is not used and why, what stands in, and how old the data are."""
    lines = []
    for note in night.notes:
        if note.why and note.state != "repeated":
            first = f"{note.in_words}: {note.partner}/{note.file}: "
            lines += paragraph(f"{first}{' '.join(note.why)} {' '.join(note.remedies)}", "  ", "")
    known = sum(note.known for note in night.notes)
    if known:
        lines.append(f"{counted(known, 'file')} came on an earlier night or twice; that changes nothing.")
    if any(note.state == "held" for note in night.notes):
        lines += paragraph(
            "What is held waits for a person: fraudmatch deliveries SITE says how to release or refuse it.",
            "",
        )
    oldest = oldest_in_words(night.notes, night.as_at)
    lines += paragraph(oldest, "") if oldest else []
    return ["", *lines] if lines else []


def _rule_lines(night: NightSummary) -> list[str]:
    if not night.rules:
        return ["No rule flagged anything."]
    classes = shown_classes(night.rules)
    rows = [
        (rule.named, rule.title, f"{rule.flags:,}", *(pounds(getattr(rule, f"{k}_pence")) for k in classes))
        for rule in night.rules
    ]
    rows.append(("all", "", f"{night.flags:,}", *("" for _ in classes)))
    headings = ("rule", "looks for", "flags", *classes)
    return text_table(headings, rows, right=range(2, len(headings)), most=56)


def _trial_lines(night: NightSummary) -> list[str]:
    silent = ", ".join(night.silent_trials)
    return paragraph(f"On trial, and found nothing: {silent}.", indent="") if silent else []


def _held_lines(night: NightSummary) -> list[str]:
    lines = []
    if night.held:
        lines.append(f"Held back for a known reason: {night.held:,} (by rule and reason in the reports).")
    if night.taken_away:
        lines.append(
            f"Taken away by local overrides: {night.taken_away:,} (who, when and why in the reports)."
        )
    return lines


def _decided_lines(night: NightSummary) -> list[str]:
    if not night.decided:
        return []
    return ["Decided before:", *(f"{total.flags:>9,}  {total.words}" for total in night.decided)]


def _case_lines(night: NightSummary) -> list[str]:
    """How many cases there are, and the first faults of the file of outcomes."""
    lines = []
    if night.cases:
        verb = "is" if night.cases == 1 else "are"
        lines.append(
            f"There {verb} {counted(night.cases, 'case')}; plan officer time with: fraudmatch report SITE --minutes 600"
        )
    if night.outcome_faults:
        lines.append(
            f"The file of outcomes has {counted(len(night.outcome_faults), 'fault')}; these rows do not count:"
        )
        lines += [fitted(f"  {fault}", 100) for fault in night.outcome_faults[:_FAULTS_SHOWN]]
        more = len(night.outcome_faults) - _FAULTS_SHOWN
        lines += [f"  and {more:,} more, in the manifest of the run"] if more > 0 else []
    return lines


def _stage_lines(stages: Sequence[tuple[str, float]]) -> list[str]:
    if not stages:
        return []
    said = [f"{name} {seconds:.1f} s" for name, seconds in stages]
    return [f"Time: {' · '.join(said)} · in all {sum(seconds for _, seconds in stages):.1f} s"]


def _report_lines(night: NightSummary) -> list[str]:
    if night.reports is None:
        return ["No reports were written."]
    lines = [f"Reports: {night.reports} ({counted(night.files, 'file')}; start with index.html)"]
    return lines + ([f"Ledger before this run: {night.ledger_head}"] if night.ledger_head else [])


def _changed_lines(night: NightSummary) -> list[str]:
    if not night.changed_rules:
        return []
    first = "RULES CHANGED since the night before:"
    return [first, *(fitted(f"  {line}", 100) for line in night.changed_rules), ""]
