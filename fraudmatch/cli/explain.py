"""`fraudmatch explain`: one flag, or any two records, for an analyst."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fraudmatch.site import Site


@click.command("explain")
@click.argument("where", type=click.Path(path_type=Path))
@click.argument("what", nargs=-1)
@click.option("--run", "run_id", help="Run id of a night; the newest when absent.")
@click.option(
    "--relation", type=click.Choice(["person", "organisation", "property", "payment"]),
    help="Of two records of a night: which model is asked. Person, or organisation for two of them.",
)  # fmt: skip
@click.option("--rule", help="Of two records of a night: what this rule says of them; an id, or a rule file.")
def command(
    where: Path, what: tuple[str, ...], run_id: str | None, relation: str | None, rule: str | None
) -> None:
    """Explain a flag of a night, or why two records were linked, not linked or never compared.

    \b
    fraudmatch explain SITE FLAG           a flag, by its key or the first characters of it
    fraudmatch explain SITE LEFT RIGHT     two records, as partner:data_set:reference
    fraudmatch explain SITE LEFT RIGHT --rule FM-CT-001   and what that rule says of them
    fraudmatch explain LINKED LEFT RIGHT   two records of a folder that `fraudmatch link` wrote
    fraudmatch explain LEFT RIGHT          the same, from inside that folder

    A reference with #2 behind it means the second party of a joint row. Where two files were
    linked, LEFT is looked for in the first and RIGHT in the second, unless it begins with
    left: or right:.

    This page is for the hub: it shows both records in full.
    """
    if len(what) == 1 and not where.is_dir():
        where, what = Path(), (str(where), *what)
    if not where.is_dir():
        raise click.UsageError(f"There is no folder {where}.")
    if len(what) == 1:
        if rule:
            raise click.UsageError("--rule is for two records; a flag has its rule.")
        _flag(where, what[0], run_id)
    elif len(what) == 2 and rule:
        _rule(where, what[0], what[1], run_id, relation, rule)
    elif len(what) == 2:
        _pair(where, what[0], what[1], run_id, relation)
    else:
        raise click.UsageError("Give one flag, or two records.")


def viewed(site: Site, *, of: str | None = None, keyed: dict[str, str] | None = None, **detail: str) -> None:
    """Enter that records of a site are about to be printed: those of a flag, or those that were named.

    Raises:
        StoreError: it was not entered; nothing may be printed.
    """
    from fraudmatch.ledger.entering import enter

    enter(site, "record.viewed", of=of, keyed=keyed, detail=detail)


def _pair(where: Path, left: str, right: str, run_id: str | None, relation: str | None) -> None:
    from fraudmatch.pairs.in_folder import explain_in_folder, is_link_folder
    from fraudmatch.pairs.text import pair_lines

    if is_link_folder(where):
        if run_id or relation:
            raise click.UsageError("--run and --relation are for nights; this is a folder of `link`.")
        made, sides = explain_in_folder(where, left, right)
    else:
        from fraudmatch.kept import read_night
        from fraudmatch.pairs.in_night import explain_in_night
        from fraudmatch.site import load_site

        site = load_site(where)
        made, sides = explain_in_night(read_night(site, run_id), left, right, relation)
        viewed(site, keyed={"left": left, "right": right})
    for line in pair_lines(made, sides, plain=not sys.stdout.isatty()):
        click.echo(line)


def _rule(site: Path, left: str, right: str, run_id: str | None, relation: str | None, named: str) -> None:
    """The facts of a rule about two records, and why the two are linked or not."""
    from fraudmatch.errors import ConfigurationError
    from fraudmatch.inputs import rule_folders
    from fraudmatch.kept import read_night
    from fraudmatch.pairs.in_night import RELATIONS, explain_in_night
    from fraudmatch.pairs.text import pair_lines
    from fraudmatch.rulebook.pair_facts import rule_lines
    from fraudmatch.rulebook.trial import find_rule
    from fraudmatch.scoring import load_library
    from fraudmatch.site import load_site

    where = load_site(site)
    rule, library = find_rule(named, load_library(rule_folders(where)))
    kept = read_night(where, run_id)
    lines = rule_lines(rule, library, kept, left, right)
    viewed(where, keyed={"left": left, "right": right}, rule=rule.id)
    for line in lines:
        click.echo(line)
    asked = relation or (rule.file.pair.relation if rule.file.pair.relation in RELATIONS else None)
    try:
        made, sides = explain_in_night(kept, left, right, asked)
    except ConfigurationError as error:
        click.echo(f"The link: {error.message}")
        return
    for line in pair_lines(made, sides, plain=not sys.stdout.isatty()):
        click.echo(line)


def _flag(site: Path, flag: str, run_id: str | None) -> None:
    from fraudmatch.errors import GateError
    from fraudmatch.inputs import rule_folders
    from fraudmatch.kept import full_record, read_night
    from fraudmatch.report.explain import explain_flag
    from fraudmatch.report.explain_case import case_lines
    from fraudmatch.scoring import load_library
    from fraudmatch.site import load_site
    from fraudmatch.steps.seen import flags_beginning

    where = load_site(site)
    kept = read_night(where, run_id)
    found = flags_beginning(kept.flags, flag)
    if found.num_rows != 1:
        raise click.UsageError(
            f"{found.num_rows} flags of run {kept.run.folder.name} begin with {flag!r}; "
            + ("give more characters." if found.num_rows else "the last column of every report has the key.")
        )
    row = found.to_pylist()[0]
    library = load_library(rule_folders(where))
    rule = library.rule(row["rule_id"])
    if rule is None or rule.file.version != row["rule_version"]:
        raise GateError(
            f"Rule {row['rule_id']} has changed since the night of {kept.as_at.isoformat()}.",
            remedy="Run the night again, then explain the new flag.",
        )
    import pyarrow.compute as pc

    evidence = kept.evidence.filter(pc.equal(kept.evidence["flag_key"], row["flag_key"]))
    left = full_record(kept.prepared, row["left_id"])
    right = full_record(kept.prepared, row["right_id"]) if row["right_id"] is not None else None
    of_group = kept.members.filter(pc.equal(kept.members["flag_key"], row["flag_key"]))[
        "record_id"
    ].to_pylist()
    members = [full_record(kept.prepared, each) for each in of_group]
    text = library.texts(kept.as_at)[rule.id]
    about = case_lines(row, text, kept.cases, kept.case_flags, kept.outcomes)
    lines = explain_flag(
        row, text, evidence, left, right, points=rule.file.points, members=members, casework=about
    )
    viewed(where, of=row["flag_key"], rule=row["rule_id"])
    for line in lines:
        click.echo(line)
