"""`fraudmatch deliveries`: what is in use, since when, what is held and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from fraudmatch.report.deliveries import DeliveryNote
    from fraudmatch.site import Site


@click.command("deliveries")
@click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--partner", help="Only this partner.")
@click.option("--run", "run_id", help="Of this run instead of the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
def command(site: Path, partner: str | None, run_id: str | None, as_json: bool) -> None:
    """List what the newest run of SITE used, of which day it is, and what is held, refused or put off, and why.

    \b
    Example:
      fraudmatch deliveries mysite
    """
    import json

    from fraudmatch.audit import open_run
    from fraudmatch.report.deliveries import delivery_notes
    from fraudmatch.site import load_site

    loaded = load_site(site)
    run = open_run(loaded.runs_folder, run_id)
    notes = delivery_notes(run.read("deliveries"), run.read("rejects"))
    notes = tuple(note for note in notes if partner in (None, note.partner))
    if as_json:
        told = [_as_json(loaded, note) for note in notes]
        click.echo(json.dumps({"run": run.folder.name, "deliveries": told}, indent=2, ensure_ascii=False))
        return
    click.echo(f"Run {run.folder.name}")
    for line in _lines(loaded, site, notes):
        click.echo(line)


def _as_json(site: Site, note: DeliveryNote) -> dict[str, Any]:
    from dataclasses import asdict

    day = note.data_of.isoformat() if note.data_of else None
    return asdict(note) | {"data_of": day, "slot": slot_of(site, note.partner, note.file)}


def _lines(site: Site, folder: Path, notes: tuple[DeliveryNote, ...]) -> list[str]:
    """A table of all, then what is the matter with those where something is."""
    from fraudmatch.report.layout import paragraph, text_table

    rows = []
    for note in notes:
        made = note.data_of.isoformat() if note.data_of else "–"
        rows.append(
            (note.partner, slot_of(site, note.partner, note.file) or "–", note.file, note.state, made)
        )
    lines = text_table(("partner", "slot", "file", "state", "data of"), rows, most=44)
    for note in notes:
        if note.why:
            lines += ["", f"{note.in_words}: {note.partner}/{note.file}"]
            lines += [line for why in note.why for line in paragraph(why)]
            lines += [line for mend in note.remedies for line in paragraph(f"What to do: {mend}")]
        slot = slot_of(site, note.partner, note.file)
        if note.state == "held" and slot:
            lines.append(
                f'  Use it all the same: fraudmatch release {folder} {note.partner} {slot} --reason "…"'
            )
            lines.append(f"  Never use it: the same with --refuse; its SHA-256 is {note.delivery}")
    return lines


def slot_of(site: Site, partner: str, file: str) -> str | None:
    """The mapping whose pattern fits a file, by name; None where none or several fit."""
    from fraudmatch.errors import MappingError
    from fraudmatch.extract import load_mapping

    fitting = []
    for path in site.mappings_of(partner):
        try:
            mapping = load_mapping(path)
        except MappingError:
            continue  # a run says what is wrong with it
        if mapping.fits(file):
            fitting.append(mapping.slot)
    return fitting[0] if len(fitting) == 1 else None
