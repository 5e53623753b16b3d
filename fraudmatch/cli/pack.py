"""`fraudmatch pack`: cases as pages for an interview, an audit or the file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fraudmatch.casepack import CaseNight, CasePack
    from fraudmatch.site import Partner, Site


@click.command("pack")
@click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("cases", nargs=-1)
@click.option(
    "--for",
    "partner",
    help="For this partner: its records, and of others' what it may see. Who bears the loss.",
)
@click.option("--best", type=click.IntRange(1), help="The first cases of the partner's worklist, so many.")
@click.option("--run", "run_id", help="Run id; the newest when absent.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="New folder to write into."
)
def command(
    site: Path, cases: tuple[str, ...], partner: str | None, best: int | None, run_id: str | None, out: Path
) -> None:
    """Write the case pack of CASES of SITE: one page each that needs nothing else and prints well.

    A case is named by its key, or the key of one of its flags, or the first characters of either. A pack shows one
    partner what its workbook shows, and no more: both records side by side, the facts with their sources, how sure the
    link is, what lawful explanations to rule out first, the law, a line of time, and what was decided before.
    Every pack is entered in the ledger before it is written.

    \b
    Examples:
      fraudmatch pack mysite 7e9eed5b --out case
      fraudmatch pack mysite --for cheltenham --best 20 --out this-week
    """
    from fraudmatch.errors import GateError
    from fraudmatch.site import load_site

    if bool(cases) == (best is not None):
        raise click.UsageError("Name cases, or give --for PARTNER --best 20.")
    if best is not None and partner is None:
        raise click.UsageError("--best goes with --for PARTNER.")
    if out.exists() and any(out.iterdir()):
        raise click.UsageError("The folder --out names is not empty.")
    where = load_site(site)
    reader = _partner(where, partner)
    night = _night(where, run_id)
    keys = night.best(reader, best) if best and reader else [_key(night, name) for name in cases]
    packs = [_pack(night, where, key, reader) for key in dict.fromkeys(keys)]
    if not packs:
        raise GateError(f"{partner} bears the loss of no case.", remedy="Its worklist is empty.")
    _write(where, night, packs, out)


def _partner(site: Site, partner: str | None) -> Partner | None:
    if partner is None:
        return None
    found = next((one for one in site.partners if one.id == partner), None)
    if found is None:
        raise click.UsageError(f"--for names no partner; there are {', '.join(site.partner_ids)}.")
    return found


def _night(site: Site, run_id: str | None) -> CaseNight:
    """The night read back, with the rules that are as they were, and what was decided."""
    from fraudmatch.casepack import CaseNight, rule_facts
    from fraudmatch.inputs import rule_folders
    from fraudmatch.kept import input_of, read_night
    from fraudmatch.outcomes.store import open_store
    from fraudmatch.scoring import load_library

    kept = read_night(site, run_id)
    library = load_library(rule_folders(site))
    ran = set(zip(*(kept.flags[name].to_pylist() for name in ("rule_id", "rule_version")), strict=True))
    rules = {
        rule_id: rule_facts(rule)
        for rule_id, version in sorted(ran)
        if (rule := library.rule(rule_id)) is not None and rule.file.version == version
    }
    return CaseNight(input_of(site, kept), rules, open_store(site.outcomes_store).events())


def _key(night: CaseNight, name: str) -> str:
    found = night.named(name)
    if len(found) != 1:
        raise click.UsageError(
            f"{len(found)} cases begin with {name!r}, or have a flag that does; "
            + ("give more characters." if found else "the worklist has the keys of cases.")
        )
    return found[0]


def _pack(night: CaseNight, site: Site, key: str, reader: Partner | None) -> CasePack:
    from fraudmatch.errors import GateError

    reader = reader or _partner(site, night.owner(key))
    assert reader is not None
    for rule_id in night.changed_rules(key):
        raise GateError(
            f"Rule {rule_id} has changed since the night of {night.night.as_at.isoformat()}.",
            remedy="Run the night again, then write the pack of the case.",
        )
    made = night.pack(key, reader)
    if made is None:
        raise GateError(
            f"{reader.name} is a party of no flag of case {key}.", remedy="Leave --for out, or name another."
        )
    return made


def _write(site: Site, night: CaseNight, packs: Sequence[CasePack], out: Path) -> None:
    """Enter each pack, then write it; with several a page that leads to them."""
    from fraudmatch.casepack import contents_page, write_pack
    from fraudmatch.ledger.entering import enter

    out.mkdir(parents=True, exist_ok=True)
    named = [(f"case-{pack.key}.html", pack) for pack in packs]
    for name, pack in named:
        enter(site, "record.viewed", of=pack.key, partner=pack.partner.id, detail={"pack": 1})
        write_pack(out / name, pack, night.night)
    if len(named) > 1:
        (out / "index.html").write_bytes(contents_page(named, night.night).encode("utf-8"))
    first = "index.html" if len(named) > 1 else named[0][0]
    click.echo(f"Wrote {len(named)} case {'packs' if len(named) > 1 else 'pack'}: open {out / first}")
    click.echo("They hold personal data: keep them where the case is kept.")
