"""`fraudmatch check`: read every delivery and say what is wrong, without running the night."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fraudmatch.reasons import Disposition

if TYPE_CHECKING:
    from fraudmatch.preflight import Finding, Preflight


@click.command("check", short_help="Try all deliveries of a site and list their faults.")
@click.argument("site", type=click.Path(path_type=Path))
@click.option("--partner", "partners", multiple=True, help="Only this partner; may be given several times.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout and nothing else.")
@click.pass_context
def command(context: click.Context, site: Path, partners: tuple[str, ...], as_json: bool) -> None:
    """Read every delivery of SITE by its mapping and list counts and faults.

    Nothing is written. Exit code 4 says that at least one file was refused.
    """
    from fraudmatch.errors import EXIT_DELIVERIES_HELD, EXIT_DONE
    from fraudmatch.preflight import preflight
    from fraudmatch.site import load_site

    found = preflight(load_site(site), partners or None)
    if as_json:
        _print_json(found)
    else:
        _print_words(found)
    context.exit(EXIT_DELIVERIES_HELD if found.refused else EXIT_DONE)


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


#: How a finding is marked for a reader at a terminal.
MARKS = {
    Disposition.REPAIR: "repaired",
    Disposition.FLAG: "warning",
    Disposition.SKIP: "passed over",
    Disposition.QUARANTINE: "rejected",
    Disposition.HOLD: "held",
    Disposition.REJECT: "refused",
    Disposition.DEFER: "put off",
}


def _print_finding(finding: Finding) -> None:
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
