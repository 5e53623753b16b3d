"""`fraudmatch audit …`: the ledger of a site; verified, listed, its head."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from fraudmatch.ledger.verify import Verified
    from fraudmatch.site import Site

_SITE = click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")


@click.group("audit")
def command() -> None:
    """Verify the ledger of a site, list it, print its head.

    Every run, decision, release, export and view of a record is an entry, and every entry is chained to the one
    before. The head that each report prints lets every partner hold the ledger to what it was told.
    """


@command.command("verify")
@_SITE
@click.option(
    "--anchor", "anchors", multiple=True, metavar="SEQ:HASH",
    help="A head from an older report, page or manifest; may be given several times.",
)  # fmt: skip
@_JSON
@click.pass_context
def verify(ctx: click.Context, site: Path, anchors: tuple[str, ...], as_json: bool) -> None:
    """Verify the whole ledger of SITE: each entry, each decision, and the heads its runs were made with.

    Exits with 1 when something is wrong, and names the first entry that is. Entries cut off at the end can only
    be found by a head that was told to somebody: give those that partners kept with --anchor.

    \b
    Example:
      fraudmatch audit verify mysite --anchor 1042:9f86d081884c7d65
    """
    from fraudmatch.errors import EXIT_RUN_FAILED
    from fraudmatch.ledger.anchors import parsed
    from fraudmatch.ledger.whole import verify_site
    from fraudmatch.site import load_site

    loaded = load_site(site)
    found = verify_site(loaded, newest_run(loaded), [parsed(each) for each in anchors])
    if as_json:
        _print_json(
            {
                "good": found.fault is None,
                "entries": found.entries,
                "head": str(found.head),
                "anchors": found.anchors,
                "first_bad": None if found.fault is None else found.fault.seq,
                "what": None if found.fault is None else found.fault.what,
            }
        )
    else:
        for line in _verified_lines(found, loaded):
            click.echo(line)
    if found.fault is not None:
        ctx.exit(EXIT_RUN_FAILED)


@command.command("list")
@_SITE
@click.option("--action", help="Only entries of this kind; also the part before the dot, for example run.")
@click.option(
    "--since", type=click.IntRange(0), default=0, metavar="SEQ", help="Only entries after this one."
)
@_JSON
def list_(site: Path, action: str | None, since: int, as_json: bool) -> None:
    """List the ledger of SITE, the oldest entry first.

    \b
    Example:
      fraudmatch audit list mysite --action decision --since 1000
    """
    import json

    from fraudmatch.ledger.actions import ACTIONS
    from fraudmatch.ledger.chain import entries
    from fraudmatch.ledger.entry import FIELDS
    from fraudmatch.site import load_site
    from fraudmatch.store.access import opened, transaction

    if action is not None and not any(action in (kind, kind.partition(".")[0]) for kind in ACTIONS):
        raise click.BadParameter(f"choose one of: {', '.join(ACTIONS)}.", param_hint="--action")
    loaded, rows = load_site(site), []
    if opened(loaded.outcomes_store):
        with transaction(loaded.outcomes_store) as connection:
            rows = [dict(zip(FIELDS, row, strict=True)) for row in entries(connection, after=since)]
    rows = [row for row in rows if action in (None, row["action"], row["action"].partition(".")[0])]
    if as_json:
        _print_json({"entries": [row | {"detail": json.loads(row["detail"])} for row in rows]})
        return
    for line in _lines(rows, site):
        click.echo(line)


@command.command("head")
@_SITE
@_JSON
def head(site: Path, as_json: bool) -> None:
    """Print the head of the ledger of SITE: the newest entry's number and the first half of its hash's digits.

    \b
    Example:
      fraudmatch audit head mysite
    """
    from fraudmatch.ledger.chain import head_of
    from fraudmatch.ledger.entry import Head
    from fraudmatch.site import load_site
    from fraudmatch.store.access import opened, transaction

    loaded, found = load_site(site), Head()
    if opened(loaded.outcomes_store):
        with transaction(loaded.outcomes_store) as connection:
            found = head_of(connection)
    if as_json:
        _print_json({"seq": found.seq, "hash": found.hash})
        return
    click.echo(str(found))


@command.command("accept-rollback")
@_SITE
@click.option("--by", required=True, help="Who accepts it.")
@click.option(
    "--reason", required=True, help="Why; entered in the ledger. Name nobody who is in the records."
)
def accept_rollback(site: Path, by: str, reason: str) -> None:
    """Accept that the ledger of SITE is older than its newest runs, so that nights run again.

    It cannot bring back what is lost: decisions told since are gone, and partners can show it with the heads
    they kept. What is accepted, by whom and why, is the next entry.

    \b
    Example:
      fraudmatch audit accept-rollback mysite --by "R. Green" --reason "Disk failed; backup of 3 March restored"
    """
    from fraudmatch.errors import GateError
    from fraudmatch.ledger.entering import enter
    from fraudmatch.ledger.whole import misfits
    from fraudmatch.site import load_site

    loaded = load_site(site)
    runs = misfits(loaded)
    if not runs:
        raise GateError(
            "Every kept run is in the ledger; there is nothing to accept.",
            remedy=f"See what is wrong: fraudmatch audit verify {site}",
        )
    done = enter(
        loaded, "ledger.rollback_accepted", by=by, of=runs[-1].run_id,
        detail={"manifests": [run.digest for run in runs], "heads": [str(run.head) for run in runs],
                "reason": " ".join(reason.split())[:500]},
    )  # fmt: skip
    names = ", ".join(run.run_id for run in runs)
    click.echo(
        f"Accepted as entry {done.seq:,}: the ledger does not have {names}. Next: fraudmatch run {site}"
    )


def newest_run(site: Site) -> str | None:
    """The run in force of a site, None where there is none."""
    from fraudmatch.audit import open_run
    from fraudmatch.errors import RunError

    try:
        return open_run(site.runs_folder).folder.name
    except RunError:
        return None


def _verified_lines(found: Verified, site: Site) -> list[str]:
    held = f", held to {found.anchors:,} head{'' if found.anchors == 1 else 's'} told before"
    if found.fault is None:
        return [f"The ledger is whole: {found.entries:,} entries{held}. Head: {found.head}"]
    return [
        f"The ledger of {site.root} is not what was entered. First bad: {found.fault}.",
        f"Good up to {found.head}{held}.",
        "What to do: keep the file as it is, restore the newest backup, and tell whoever answers for the exercise.",
    ]


def _lines(rows: list[dict[str, Any]], site: Path) -> list[str]:
    from fraudmatch.report.layout import text_table

    if not rows:
        return [f"No such entry in the ledger of {site}."]
    shown = [
        (f"{row['seq']:,}", row["recorded_at"], row["actor"], row["action"], row["partner"] or "–", row["object"] or "–")
        for row in rows
    ]  # fmt: skip
    return text_table(("entry", "at (UTC)", "who", "what", "partner", "of"), shown, right=(0,), most=34)


def _print_json(document: dict[str, Any]) -> None:
    import json

    click.echo(json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True))
