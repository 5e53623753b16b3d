"""The page of the morning: how the last start ended, what is in force, and what to do; one page for every ending.

It is for whoever looks first thing: counts, names of partners and files, no values of anybody. Unlike a report it
knows the clock. It stands in runs/morning.txt, as the body of an e-mail in morning.html, for programs in morning.json and
metrics.prom.
"""

from __future__ import annotations

import datetime as dt
import html
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from fraudmatch.audit import open_run
from fraudmatch.durable import make_folder, write_text
from fraudmatch.errors import RunError
from fraudmatch.schemas import UNUSED_STATES
from fraudmatch.site import Site

#: Ending of a start -> its headline.
HEADLINES = {
    0: "The night finished.",
    1: "The night did not finish. The night before is in force, as it was.",
    2: "The night could not begin: a file somebody wrote has faults. The night before is in force.",
    3: "A gate held the night back. The night before is in force.",
    4: "The night finished, and something is to be looked at.",
    75: "Another run was active; this start did nothing.",
    130: "The night was stopped. The night before is in force, as it was.",
}
_STAMP = "%Y-%m-%d %H:%M UTC"
#: States of deliveries that nothing of tonight is used of.
_NOT_USED = (*UNUSED_STATES, "stands")


@dataclass(frozen=True)
class Morning:
    """How a start ended.

    Attributes:
        ended: UTC, when. exit_code: of the command.
        failure: the error, for people; "" = none. causes: why a finished night ended with 4.
        in_force: id of the night whose reports are in force; null = there is none. as_at: the date it speaks of.
        counts: records, flags, cases and the like of that night.
        not_used: deliveries that nothing of tonight is used of, one a line.
        backups: how the backups stand, one a line. red: that no backup was proved in time.
        to_do: what to do, most urgent first.
    """

    site: str
    ended: str
    exit_code: int
    failure: str = ""
    causes: Sequence[str] = ()
    in_force: str | None = None
    as_at: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    not_used: Sequence[str] = ()
    backups: Sequence[str] = ()
    red: bool = False
    to_do: Sequence[str] = ()

    @property
    def headline(self) -> str:
        """How it ended, in a sentence."""
        if self.causes:
            return f"The night finished, and {' and '.join(self.causes)}."
        return HEADLINES.get(self.exit_code, HEADLINES[1])

    def lines(self) -> list[str]:
        """The page as text."""
        told = [f"{self.site} · {self.ended}", "", self.headline]
        if self.failure:
            told += ["", *self.failure.splitlines()]
        force = f"night {self.in_force}, as at {self.as_at}" if self.in_force else "no night yet"
        told += ["", f"In force: {force}."]
        told += [f"  {name:<10} {count:>12,}" for name, count in self.counts.items()]
        for title, lines in (
            ("Not used tonight:", self.not_used),
            ("Backups:", self.backups),
            ("To do:", self.to_do),
        ):
            if lines:
                told += ["", title, *(f"  {line}" for line in lines)]
        return told


def morning_of(
    site: Site,
    *,
    now: dt.datetime,
    exit_code: int,
    failure: str = "",
    causes: Sequence[str] = (),
    backups: Sequence[str] = (),
    red: bool = False,
) -> Morning:
    """How a start ended, from what is in force now.

    Args:
        now: with a time zone. failure: the error as it was printed. causes: as of `Morning`.
        backups / red: as of `backup.standing_of`.
    """
    stamp = now.astimezone(dt.UTC).strftime(_STAMP)
    to_do = []
    if exit_code in (1, 130):
        to_do.append(f"fraudmatch run {site.root} --resume    goes on from what was finished")
    if exit_code == 4 and any("backup" not in cause for cause in causes):
        to_do.append(f"fraudmatch deliveries {site.root}    says which deliveries are held and why")
    told: dict[str, Any] = {}
    try:
        manifest = open_run(site.runs_folder).manifest
    except RunError:
        pass
    else:
        counts = {
            name: int(manifest[name])
            for name in ("records", "rejects", "flags", "held", "cases")
            if name in manifest
        }
        told = {
            "in_force": manifest["run_id"], "as_at": manifest["as_at"], "counts": counts,
            "not_used": _not_used(manifest.get("deliveries", ())) if exit_code in (0, 4) else (),
        }  # fmt: skip
    return Morning(
        site.name,
        stamp,
        exit_code,
        failure,
        tuple(causes),
        backups=backups,
        red=red,
        to_do=tuple(to_do),
        **told,
    )


def write_morning(site: Site, morning: Morning) -> None:
    """Write the page as text and as JSON."""
    make_folder(site.runs_folder)
    write_text(site.runs_folder / "morning.txt", "\n".join(morning.lines()) + "\n")
    document = asdict(morning) | {"headline": morning.headline}
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False)
    write_text(site.runs_folder / "morning.json", text + "\n")
    write_text(site.runs_folder / "morning.html", html_of(morning))
    write_text(site.runs_folder / "metrics.prom", "\n".join(metrics_of(morning)) + "\n")


def html_of(morning: Morning) -> str:
    """The page as the body of an e-mail."""
    colour = "#00703c" if morning.exit_code in (0, 4) and not morning.red else "#d4351c"
    text = html.escape("\n".join(morning.lines()[3:]))
    return (
        '<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8"><title>'
        f"{html.escape(morning.site)}</title></head>\n<body>"
        f'<p>{html.escape(morning.site)} · {morning.ended}</p>\n<h1 style="border-left: 8px solid {colour}; '
        f'padding-left: 12px; font: bold 20px sans-serif">{html.escape(morning.headline)}</h1>\n'
        f'<pre style="font: 14px monospace; white-space: pre-wrap">{text.strip()}</pre></body></html>\n'
    )


def metrics_of(morning: Morning) -> list[str]:
    """The page in figures, in the text format of Prometheus (version 0.0.4), which its node exporter reads from a file."""
    ended = dt.datetime.strptime(morning.ended, _STAMP).replace(tzinfo=dt.UTC).timestamp()
    figures = {
        "fraudmatch_last_run_ended_seconds": ("When the last start ended, Unix time.", int(ended)),
        "fraudmatch_last_run_exit_code": ("Exit code of the last start.", morning.exit_code),
        "fraudmatch_backup_unproved": ("1 when no backup was proved in time.", int(morning.red)),
        "fraudmatch_deliveries_not_used": ("Deliveries that nothing is used of.", len(morning.not_used)),
    }
    for name, count in morning.counts.items():
        figures[f"fraudmatch_{name}"] = (f"{name.capitalize()} of the night in force.", count)
    return [
        line
        for name, (words, figure) in figures.items()
        for line in (f"# HELP {name} {words}", f"# TYPE {name} gauge", f"{name} {figure}")
    ]


def _not_used(deliveries: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    told = [
        f"{row['partner']}/{row['file']}: {row['state']}"
        + (f", as accepted on {row['accepted_on']}" if row["state"] == "stands" else "")
        for row in deliveries
        if row["state"] in _NOT_USED
    ]
    states = Counter(row["state"] for row in deliveries)
    if len(told) > 20:
        rest = ", ".join(f"{states[state]} {state}" for state in _NOT_USED if states[state])
        return (*told[:20], f"… in all {rest}")
    return tuple(told)
