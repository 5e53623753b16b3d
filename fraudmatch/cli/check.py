"""`fraudmatch check`: read every delivery and say what is wrong, without running the night."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fraudmatch.reasons import Disposition

if TYPE_CHECKING:
    from fraudmatch.preflight import Finding, Preflight


@click.command("check", short_help="Try all deliveries of a site, or one file, and list their faults.")
@click.argument("site", type=click.Path(path_type=Path), metavar="SITE|FILE")
@click.option("--partner", "partners", multiple=True, help="Only this partner; may be given several times.")
@click.option("--mapping", type=click.Path(path_type=Path), help="Read the single FILE by this mapping.")
@click.option(
    "--as-at", type=click.DateTime(["%Y-%m-%d"]), help="Day the exercise speaks of, for the single FILE."
)
@click.option("--html", type=click.Path(path_type=Path), help="Write a page on the single FILE.")
@click.option("--show-values", is_flag=True, help="Let the page show the cells at fault.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout and nothing else.")
@click.pass_context
def command(
    context: click.Context, site: Path, partners: tuple[str, ...], mapping: Path | None,
    as_at: dt.datetime | None, html: Path | None, show_values: bool, as_json: bool,
) -> None:  # fmt: skip
    """Read every delivery of SITE by its mapping, or FILE by --mapping, and list counts and faults.

    Nothing is kept and no site is needed for a FILE, so a partner can try it before sending it.
    The faults are those of the night, the dearest first. Exit code 4: a file was refused.
    """
    from fraudmatch.containment import READERS

    READERS.wake(2)  # they load their libraries while we load ours
    from fraudmatch.errors import EXIT_DELIVERIES_HELD, EXIT_DONE
    from fraudmatch.preflight import preflight
    from fraudmatch.site import load_site

    if mapping is None:
        _only_with_mapping(site, html, show_values, as_at)
        found = preflight(load_site(site), partners or None)
    else:
        found = _check_file(site, mapping, partners, as_at, html, show_values)
    if as_json:
        _print_json(found)
    else:
        _print_words(found)
        if html:
            click.echo(f"Page: {html}", err=True)
    context.exit(EXIT_DELIVERIES_HELD if found.refused else EXIT_DONE)


def _only_with_mapping(site: Path, html: Path | None, show_values: bool, as_at: dt.datetime | None) -> None:
    """Refuse what is for single files only.

    Raises:
        UsageError: an option or a FILE was given without --mapping.
    """
    if site.is_file():
        raise click.UsageError(
            f"{site} is a file. Say by which mapping to read it: --mapping FILE.toml "
            f"(draft one with: fraudmatch mapping draft {site})."
        )
    if html or show_values or as_at:
        raise click.UsageError("--html, --show-values and --as-at are for a single FILE with --mapping.")


def _check_file(
    file: Path, mapping: Path, partners: tuple[str, ...], as_at: dt.datetime | None, html: Path | None,
    show_values: bool,
) -> Preflight:  # fmt: skip
    from fraudmatch.extract import load_mapping
    from fraudmatch.preflight import preflight_file

    if not file.is_file():
        raise click.UsageError(f"There is no file {file}.")
    if len(partners) > 1:
        raise click.UsageError("One FILE comes from one partner: give --partner once.")
    if show_values and html is None:
        raise click.UsageError("--show-values is for the page: give --html FILE.html too.")
    loaded = load_mapping(mapping)
    partner = partners[0] if partners else "partner"
    found, rejects = preflight_file(file, loaded, partner=partner, as_at=as_at.date() if as_at else None)
    if html:
        from fraudmatch.extract.columns_seen import columns_seen
        from fraudmatch.preflight.page import page

        text = page(found, rejects, columns_seen(file, loaded), show_values=show_values)
        html.write_text(text, encoding="utf-8", newline="\n")
    return found


def _print_json(found: Preflight) -> None:
    import json

    click.echo(json.dumps(found.as_json(), indent=2, ensure_ascii=False))


def _print_words(found: Preflight) -> None:
    for file in found.files:
        _print_file(file)
        for finding in found.findings:
            if (finding.partner, finding.file) == (file["partner"], file["file"]):
                _print_finding(finding)
    for name in found.idle_mappings:
        click.echo(f"Note: the mapping {name} fits no delivered file.", err=True)
    click.echo(_summary(found), err=True)


def _print_file(file: dict[str, Any]) -> None:
    dataset = file["dataset"] or "no mapping"
    counts = ", ".join(f"{name} {file[name]:,}" for name in ("received", "loaded", "rejected", "skipped"))
    click.echo(f"{file['partner']}/{file['file']} ({dataset}): {file['state']}; {counts}")


def _print_finding(finding: Finding) -> None:
    from fraudmatch.preflight.words import MARKS

    mark = MARKS[Disposition(finding.disposition)]
    place = "".join(
        f" {what} {name!r}" for what, name in (("field", finding.field), ("column", finding.column)) if name
    )
    times = f" x {finding.rows:,}" if finding.rows > 1 else ""
    click.echo(f"  {mark} {finding.reason}{times}{place}: {finding.meaning}")
    if finding.first_rows:
        more = ", …" if finding.rows > len(finding.first_rows) else ""
        click.echo(f"    rows {', '.join(str(row) for row in finding.first_rows)}{more}")
    if finding.detail:
        click.echo(f"    {finding.detail}")
    click.echo(f"    What to do: {finding.remedy}")


def _summary(found: Preflight) -> str:
    if not found.files:
        return "No files were delivered."
    rejected = sum(file["rejected"] for file in found.files)
    loaded = sum(file["loaded"] for file in found.files)
    return (
        f"{len(found.files)} files, {found.refused} refused; {loaded:,} rows load, {rejected:,} are rejected."
    )
