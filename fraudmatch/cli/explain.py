"""`fraudmatch explain`: one flag, for an analyst at the hub."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("explain")
@click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("flag")
@click.option("--run", "run_id", help="Run id; the newest when absent.")
def command(site: Path, flag: str, run_id: str | None) -> None:
    """Explain FLAG (its key or the first characters of it) of a finished night of SITE.

    Shows both records, what agreed and what it weighed, each fact, lawful explanations and the
    next step. This page is for the hub: it shows both partners' records in full.
    """
    from fraudmatch.errors import GateError
    from fraudmatch.exercise import rule_folders
    from fraudmatch.kept import find_flags, full_record, read_night
    from fraudmatch.report.explain import explain_flag
    from fraudmatch.scoring import load_library
    from fraudmatch.site import load_site

    where = load_site(site)
    kept = read_night(where, run_id)
    found = find_flags(kept.flags, flag)
    if found.num_rows != 1:
        raise click.UsageError(
            f"{found.num_rows} flags of run {kept.run.folder.name} begin with {flag!r}; "
            + ("give more characters." if found.num_rows else "the last column of every report has the key.")
        )
    row = found.to_pylist()[0]
    rule = load_library(rule_folders(where)).rule(row["rule_id"])
    if rule is None or rule.file.version != row["rule_version"]:
        raise GateError(
            f"Rule {row['rule_id']} has changed since the night of {kept.as_at.isoformat()}.",
            remedy="Run the night again, then explain the new flag.",
        )
    import pyarrow.compute as pc

    evidence = kept.evidence.filter(pc.equal(kept.evidence["flag_key"], row["flag_key"]))
    left = full_record(kept.prepared, row["left_id"])
    right = full_record(kept.prepared, row["right_id"]) if row["right_id"] is not None else None
    for line in explain_flag(row, rule.text(), evidence, left, right, points=rule.file.points):
        click.echo(line)
