"""What a purge removed, by digests and counts: a record to show, without a value of anybody in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from fraudmatch.backup.listed import backups_holding
from fraudmatch.ledger.entry import Head
from fraudmatch.retention.holds import Holds
from fraudmatch.retention.items import IN_STORE, KINDS, Item, Stays
from fraudmatch.site import Site

_WORDS = {
    "decision": "decisions: note, officer and references; what was decided stays",
    "act": "acts about cases: note and officer; what was done stays",
    "delivery": "deliveries as they came, and what described them",
    "copy": "copies that nights had kept of deliveries and of what was accepted",
    "sent_back": "rows that went back to be corrected",
    "accepted": "accepted extracts that may stand no longer",
    "agreement": "mappings and sharing records",
    "night": "nights, whole",
}


def certificate_of(
    site: Site, number: str, told: Mapping[str, Any], items: tuple[Sequence[Item], Sequence[Item]],
    stays: Sequence[Stays], holds: Holds, begun: Head,
) -> dict[str, Any]:  # fmt: skip
    """The certificate of a purge, the same however often it is written.

    Args:
        told: the list of the purge. items: what was removed, and what of the list was spared.
        begun: the ledger as of the entry that the purge begins.
    """
    removed, spared = items
    return {
        "purge": number,
        "site": site.name,
        "on": told["on"],
        "terms_in_months": told["terms"],
        "removed": [_plain(one) for one in removed],
        "spared": [_plain(one) | {"why": "is not due any more: held, in use, or another file"} for one in spared],
        "files_of_nights": {
            one.night: told["files"][one.night] for one in removed if one.kind == "night"
        },
        "stays": [asdict(one) for one in stays],
        "holds": [_hold(holds, number) for number in range(1, len(holds.all) + 1)],
        "backups": backups_holding(
            site,
            {digest for one in removed for digest in digests_of(one, told)},
            {site.store_file.name} if any(one.kind in IN_STORE for one in removed) else set(),
        ),
        "ledger": {"seq": begun.seq, "hash": begun.hash},
    }  # fmt: skip


def digests_of(item: Item, told: Mapping[str, Any]) -> list[str]:
    """SHA-256 of each file that an item of a list stands for; a night has many, what is in the store none."""
    if item.kind in IN_STORE:
        return []
    return [item.sha256, *told["files"].get(item.night, [])] if item.kind == "night" else [item.sha256]


def _plain(item: Item) -> dict[str, Any]:
    """An item, a delivery without the name of its file, which its partner chose."""
    hidden = {"path"} if item.night is None else set()
    return {key: value for key, value in asdict(item).items() if value is not None and key not in hidden}


def _hold(holds: Holds, number: int) -> dict[str, Any]:
    """A hold without its reason and its reference: both may speak of a person."""
    hold = holds.all[number - 1]
    told = {
        "hold": number,
        "by": hold.by,
        "until": hold.until.isoformat(),
        "in_force": holds.on <= hold.until,
    }
    if hold.reference is not None:
        told["of"] = "one record"
    named = {"partner": hold.partner, "data_set": hold.data_set, "night": hold.night}
    return told | {key: value for key, value in named.items() if value is not None}


def as_text(certificate: Mapping[str, Any]) -> str:
    """The certificate for people."""
    lines = [
        f"Certificate of purge {certificate['purge']}",
        f"{certificate['site']}, as of {certificate['on']}",
        f"Ledger when it began: {certificate['ledger']['seq']}:{certificate['ledger']['hash'][:16]}",
        "",
        "Removed:",
        *_counted(certificate["removed"]),
    ]
    if certificate["spared"]:
        lines += ["", "On the list and spared, since it is held, in use or another file by now:"]
        lines += _counted(certificate["spared"])
    if certificate["stays"]:
        lines += ["", "Not removed, and why:"]
        reasons = Counter((one["kind"], one["why"]) for one in certificate["stays"])
        lines += [f"  {count:5,d}  {kind}: {why}" for (kind, why), count in sorted(reasons.items())]
    if certificate["holds"]:
        lines += ["", "Holds:"]
        lines += [f"  {_hold_words(one)}" for one in certificate["holds"]]
    lines += ["", "Backups:", *(f"  {_backup_words(one)}" for one in certificate["backups"])]
    if not certificate["backups"]:
        lines.append("  site.toml names no folder of backups; others are not known here.")
    lines += [
        "",
        "Each file by its SHA-256: see the .json beside this. Reports that left the site are not known here.",
        "",
    ]
    return "\n".join(lines)


def _counted(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    counts = Counter((KINDS.index(row["kind"]), row["term"]) for row in rows)
    lines = [
        f"  {count:5,d}  {_WORDS[KINDS[kind]]} ({term})" for (kind, term), count in sorted(counts.items())
    ]
    return [*lines, *(f"         {row['night']}" for row in rows if row["kind"] == "night")] or ["  nothing"]


def _hold_words(hold: Mapping[str, Any]) -> str:
    of = [str(hold[key]) for key in ("night", "partner", "data_set", "of") if key in hold]
    state = "" if hold["in_force"] else "; it is over"
    return f"{hold['hold']}: {', '.join(of)}, by {hold['by']} until {hold['until']}{state}"


def _backup_words(backup: Mapping[str, Any]) -> str:
    if "files" not in backup:
        return f"{backup['backup']} ({backup['folder']})"
    until = backup["falls_away_from"]
    return f"{backup['backup']} in {backup['folder']} still has {backup['files']:,} of these files; falls away: {until}"
