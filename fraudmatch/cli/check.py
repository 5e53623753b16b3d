"""`fraudmatch check`: read every delivery and say what is wrong, without running the night."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
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
    "--as-at", type=click.DateTime(["%Y-%m-%d"]), help="Day the exercise speaks of, if not the site's."
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
    The faults are those of the night, the dearest first; of SITE the gates too, so that what a run
    would hold is said held. Exit code 4: a file was refused, held or put off.
    """
    from fraudmatch.containment import READERS

    READERS.wake(2)  # they load their libraries while we load ours
    from fraudmatch.errors import EXIT_DELIVERIES_HELD, EXIT_DONE
    from fraudmatch.preflight import preflight
    from fraudmatch.site import load_site

    day = as_at.date() if as_at else None
    if mapping is None:
        _only_with_mapping(site, html, show_values)
        found = preflight(load_site(site), partners or None, as_at=day)
    else:
        found = _check_file(site, mapping, partners, day, html, show_values)
    if as_json:
        _print_json(found)
    else:
        _print_words(found)
        if html:
            click.echo(f"Page: {html}", err=True)
    context.exit(EXIT_DELIVERIES_HELD if found.unused else EXIT_DONE)


def _only_with_mapping(site: Path, html: Path | None, show_values: bool) -> None:
    """Refuse what is for single files only.

    Raises:
        UsageError: an option or a FILE was given without --mapping.
    """
    if site.is_file():
        raise click.UsageError(
            f"{site} is a file. Say by which mapping to read it: --mapping FILE.toml "
            f"(draft one with: fraudmatch mapping draft {site})."
        )
    if html or show_values:
        raise click.UsageError("--html and --show-values are for a single FILE with --mapping.")


def _check_file(
    file: Path, mapping: Path, partners: tuple[str, ...], as_at: dt.date | None, html: Path | None,
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
    found, rejects = preflight_file(file, loaded, partner=partner, as_at=as_at)
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
            if (finding.partner, finding.file) == (file["partner"], file["file"]) and _is_of(finding, file):
                _print_finding(finding)
    for name in found.idle_mappings:
        click.echo(f"Note: the mapping {name} fits no delivered file.", err=True)
    for place in found.strays:
        click.echo(
            f"Note: {place}: no record that loads has this reference; nobody is restricted by it.", err=True
        )
    for line in _closing(found):
        click.echo(line, err=True)


def _is_of(finding: Finding, file: dict[str, Any]) -> bool:
    """Whether a finding is told under a file: a stand-in of the same name has its own."""
    return finding.delivery == str(file["delivery"])


def _print_file(file: dict[str, Any]) -> None:
    dataset = file["dataset"] or "no mapping"
    counts = ", ".join(f"{name} {file[name]:,}" for name in ("received", "loaded", "rejected", "skipped"))
    state = file["state"]
    if state == "stands":
        state = f"stands (data of {file['extracted_on'] or file['accepted_on']})"
    click.echo(f"{file['partner']}/{file['file']} ({dataset}): {state}; {counts}")


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


def _closing(found: Preflight) -> Iterator[str]:
    """Sums, and what was and was not asked."""
    if not found.files:
        yield "No files were delivered."
        return
    came = found.delivered
    standing = len(found.files) - len(came)
    states = Counter(file["state"] for file in came)
    words = {"refused": "refused", "held": "held", "deferred": "put off", "repeated": "known already"}
    told = [f"{states['refused']} refused"]
    told += [
        f"{states[state]} {word}" for state, word in words.items() if states[state] and state != "refused"
    ]
    told += [f"{standing} of earlier nights {'stands' if standing == 1 else 'stand'} in"] if standing else []
    loaded, rejected = (sum(file[name] for file in came) for name in ("loaded", "rejected"))
    yield (
        f"{len(came)} file{'' if len(came) == 1 else 's'}, {', '.join(told)}; {loaded:,} rows load, {rejected:,} do not."
    )
    if not found.beside_others:
        from fraudmatch.preflight.words import FILE_ALONE

        yield FILE_ALONE
    elif found.as_at:
        yield f"The gates were asked as on {found.as_at.isoformat()}. Nothing was kept."
