"""`fraudmatch sharing`: the register of what each partner agreed to share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import datetime as dt

    from fraudmatch.intake.register import Agreed
    from fraudmatch.site import Site


@click.command("sharing")
@click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--partner", help="Only this partner.")
@click.option(
    "--as-at", metavar="YYYY-MM-DD", help="How it stands on that day.  [default: as in site.toml, or today]"
)
@click.option(
    "--draft",
    metavar="PARTNER/MAPPING",
    help="Print a table for sharing.toml with the fields a mapping reads.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
def command(site: Path, partner: str | None, as_at: str | None, draft: str | None, as_json: bool) -> None:
    """Show the sharing record of every data set of SITE: whether it is in force, on what it rests, until when.

    \b
    Examples:
      fraudmatch sharing mysite
      fraudmatch sharing mysite --draft first_council/payroll >> mysite/partners/first_council/sharing.toml
    """
    from fraudmatch.site import load_site

    loaded = load_site(site)
    if draft is not None:
        click.echo(_draft(loaded, draft), nl=False)
        return
    rows = [row for row in _rows(loaded, _day(loaded, as_at)) if partner in (None, row["partner"])]
    if as_json:
        import json

        click.echo(json.dumps({"sharing": rows}, indent=2, ensure_ascii=False, default=str))
        return
    for line in _lines(rows):
        click.echo(line)


def _day(site: Site, as_at: str | None) -> dt.date:
    import datetime as dt

    try:
        return dt.date.fromisoformat(as_at) if as_at else site.as_at or dt.date.today()
    except ValueError:
        raise click.BadParameter(f"{as_at} is not a day such as 2026-04-01.", param_hint="--as-at") from None


def _draft(site: Site, named: str) -> str:
    """A table for the data set of a mapping, what people declare left blank."""
    from fraudmatch.extract import load_mapping
    from fraudmatch.intake.register import read_register, record_draft

    partner, _, slot = named.partition("/")
    if partner not in site.partner_ids or not slot:
        known = ", ".join(site.partner_ids)
        raise click.BadParameter(f"name it as PARTNER/MAPPING; partners: {known}.", param_hint="--draft")
    mapping = load_mapping(site.root / "partners" / partner / f"{slot.removesuffix('.toml')}.toml")
    if read_register(site).of(partner, mapping.dataset) is not None:
        raise click.BadParameter(
            f"{partner} has a record of {mapping.dataset} already: add to its fields.", param_hint="--draft"
        )
    return "\n" + record_draft(mapping.dataset, mapping.fields)


def _rows(site: Site, day: dt.date) -> list[dict[str, Any]]:
    """Every data set that a mapping reads or a record names, by partner, with how it stands on the day."""
    from fraudmatch.errors import MappingError
    from fraudmatch.extract import load_mapping
    from fraudmatch.intake.register import read_register

    register = read_register(site)
    rows = []
    for partner in site.partner_ids:
        read: set[str] = set()
        for path in site.mappings_of(partner):
            try:
                read.add(load_mapping(path).dataset)
            except MappingError:
                continue  # check and run say what is wrong with it
        for dataset in sorted(read | register.records.get(partner, {}).keys()):
            agreed = register.of(partner, dataset)
            standing, why = _standing(agreed, day, asked=register.asks(partner))
            rows.append(
                {"partner": partner, "dataset": dataset, "standing": standing, "why": why}
                | (agreed.model_dump() if agreed else {})
            )
    return rows


def _standing(agreed: Agreed | None, day: dt.date, *, asked: bool) -> tuple[str, str]:
    """How a record stands on the day, in a word or two, and why."""
    from fraudmatch.intake.sharing import refusals, review_due

    if agreed is None and not asked:
        return "not asked for", ""
    wrong = refusals(agreed, day)
    if wrong or agreed is None:
        return "nothing is loaded", wrong[0].detail
    due = review_due(agreed, day)
    return ("in force, review due", due[0].detail) if due else ("in force", "")


def _lines(rows: list[dict[str, Any]]) -> list[str]:
    """A table, then what each record in it rests on."""
    from fraudmatch.report.layout import paragraph, text_table

    if not rows:
        return ["No mapping and no sharing record of any partner."]
    table = [
        (row["partner"], row["dataset"], *(str(row.get(day) or "–") for day in ("start", "review", "end")), row["standing"])
        for row in rows
    ]  # fmt: skip
    lines = text_table(("partner", "data set", "from", "review", "until", "standing"), table)
    for row in rows:
        if "fields" in row or row["why"]:
            lines += ["", f"{row['partner']} · {row['dataset']}: {row['standing']}"]
        if row["why"]:
            lines += paragraph(f"{row['why']}.")
        if "fields" in row:
            lines += [line for each in _rests_on(row) for line in paragraph(each)]
    return lines


def _rests_on(row: dict[str, Any]) -> list[str]:
    """What a record says, a paragraph each."""
    said = {name: value if value not in (None, "") else "–" for name, value in row.items()}
    return [
        f"Purpose: {said['purpose']}",
        f"Gateway: {said['gateway']}",
        f"Privacy notice: {said['notice_version']}, declared by {said['notice_declared_by']} on {said['notice_declared_on']}",
        f"{len(row['fields'])} fields may come, and be used for {said['retention_months']} months.",
    ]
