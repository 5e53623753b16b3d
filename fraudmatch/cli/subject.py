"""`fraudmatch subject`: all that is held on one person, for an answer to that person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from fraudmatch.site import Site
    from fraudmatch.subject import Asked, Candidate, NightOnDisk


@click.command("subject")
@click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--name", help="Forename and surname.")
@click.option("--born", type=click.DateTime(["%Y-%m-%d"]), help="Date of birth.")
@click.option("--nino", help="National Insurance number.")
@click.option("--postcode", help="Of the home or of letters.")
@click.option("--reference", "references", multiple=True, help="partner:data_set:reference; may be repeated.")
@click.option(
    "--reason", required=True, help="Why this person is looked up, for example the number of the request."
)
@click.option("--by", required=True, help="Who looks.")
@click.option("--for", "partner", help="Only what this partner holds; all partners when left out.")
@click.option(
    "--person", "persons", multiple=True, type=click.IntRange(1), help="Number in the list; may be repeated."
)
@click.option(
    "--leave-out", multiple=True, help="A record that is somebody else's, as partner:data_set:reference."
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="New folder for the page and the JSON."
)
def command(
    site: Path, name: str | None, born: dt.datetime | None, nino: str | None, postcode: str | None,
    references: tuple[str, ...], reason: str, by: str, partner: str | None, persons: tuple[int, ...],
    leave_out: tuple[str, ...], out: Path | None,
) -> None:  # fmt: skip
    """List who in SITE could be meant; with --person and --out, write all that is held on that person.

    Both are entered in the ledger, without a value of anybody. Records of other people are not in what is
    written. What may be released is for an officer to decide; the page asks what to look at.

    \b
    Example:
      fraudmatch subject mysite --name "Ada Ashmole" --born 1980-02-29 --by "R. Green" --reason "Request 17"
      fraudmatch subject mysite --name "Ada Ashmole" --born 1980-02-29 --by "R. Green" --reason "Request 17" \\
          --person 1 --out request-17
    """
    from fraudmatch.audit import open_run
    from fraudmatch.errors import GateError
    from fraudmatch.site import load_site
    from fraudmatch.subject import NightOnDisk, asked_for, candidates

    if bool(persons) != (out is not None):
        raise click.UsageError("--person and --out go together; without them the candidates are listed.")
    if out is not None and out.exists() and any(out.iterdir()):
        raise click.UsageError("The folder --out names is not empty.")
    loaded = load_site(site)
    if partner is not None and partner not in loaded.partner_ids:
        raise click.UsageError(f"--for names no partner; there are {', '.join(loaded.partner_ids)}.")
    asked = asked_for(name, born.date() if born else None, nino, postcode, references)
    night = NightOnDisk(open_run(loaded.runs_folder))
    found = candidates(night, asked, partner)
    _enter(loaded, "subject.searched", by, reason, asked, partner, {"candidates": len(found)})
    if not found:
        raise GateError(
            "Nobody in the newest night fits.", remedy="Ask by something else; a spelling may differ."
        )
    if out is None:
        _list(found)
        return
    if max(persons) > len(found):
        raise click.UsageError(f"--person goes from 1 to {len(found)}.")
    chosen = sorted({record for number in persons for record in found[number - 1].ids})
    _write(loaded, night, asked, chosen, leave_out, partner, (by, reason), out)


def _list(found: Sequence[Candidate]) -> None:
    """The candidates, numbered; names as they came, made harmless to a terminal."""
    from fraudmatch.report.clean import clean_text

    click.echo("Who could be meant, best fit first. Records were joined by likeness, which is not proof.")
    for number, one in enumerate(found, 1):
        click.echo(
            f"{number:3d}  {clean_text(' / '.join(one.names)) or 'no name'}"
            + (f", born {' or '.join(one.born)}" if one.born else "")
        )
        counts = ", ".join(f"{each} {count}" for each, count in one.partners.items())
        click.echo(
            f"     records: {counts}; {one.fitting} of {len(one.ids)} fit by themselves; fits: {', '.join(one.fits)}"
        )
    click.echo("Next: the same with --person N --out FOLDER")


def _write(
    site: Site, night: NightOnDisk, asked: Asked, ids: Sequence[int], leave_out: Sequence[str],
    partner: str | None, who: tuple[str, str], out: Path,
) -> None:  # fmt: skip
    import json

    from fraudmatch.durable import make_folder, write_text
    from fraudmatch.inputs import rule_folders
    from fraudmatch.scoring import load_library
    from fraudmatch.subject import Chosen, collect, subject_page
    from fraudmatch.subject.records import origins_of

    origins = origins_of(night, ids)
    unknown = set(leave_out) - {one.reference for one in origins}
    if unknown:
        raise click.UsageError(f"{len(unknown)} of --leave-out name no record of this person.")
    kept = tuple(one.record_id for one in origins if one.reference not in leave_out)
    if not any(partner in (None, one.partner) for one in origins if one.record_id in set(kept)):
        raise click.UsageError("Nothing is left after --leave-out.")
    as_at = dt.date.fromisoformat(night.run.manifest["as_at"])
    titles = {rule: text.title for rule, text in load_library(rule_folders(site)).texts(as_at).items()}
    held = collect(site, night, asked, Chosen(kept, partner), titles, _backups(site))
    by, reason = who
    counts = {key: len(value) for key, value in held.items() if isinstance(value, list)}
    _enter(site, "subject.exported", by, reason, asked, partner, counts | {"left_out": len(set(leave_out))})
    make_folder(out)
    text = json.dumps({"by": by, "reason": reason} | held, indent=1, ensure_ascii=False)
    write_text(out / "subject.json", text + "\n")
    write_text(out / "subject.html", subject_page(held, site.name, by, reason))
    click.echo(
        f"{out}: subject.html and subject.json. {counts['records']} records, {counts['links']} links, "
        f"{counts['flags']} flags, {counts['decisions']} decisions, {counts['nights']} nights."
    )
    click.echo("It holds personal data. Answer the questions on its first page before you release any of it.")


def _enter(
    site: Site, action: str, by: str, reason: str, asked: Asked, partner: str | None, counts: dict[str, int]
) -> None:
    """Enter the act: counts, and keyed digests of the question, of each reference, and of the reason."""
    from fraudmatch.ledger.entering import enter

    keyed = {"asked": asked.as_keyed(), "reason": reason}
    keyed |= {f"reference_{n}": ":".join(ref) for n, ref in enumerate(asked.references, 1)}
    enter(site, action, by=by, partner=partner, detail=counts, keyed=keyed)


def _backups(site: Site) -> list[dict[str, Any]]:
    """Backups that may hold the person, with when they fall away; what cannot be read is told, not left out."""
    from fraudmatch.backup.listed import UNREAD, backups_of, falls_away_from

    told: list[dict[str, Any]] = []
    for folder, backup in backups_of(site):
        if backup is None:
            told.append({"backup": f"{UNREAD}; it may hold this person", "folder": folder.name})
            continue
        told.append({"backup": backup.name, "folder": folder.name, "taken_at": backup.taken_at,
                     "falls_away_from": falls_away_from(site, backup)})  # fmt: skip
    return told
