"""The commands `fraudmatch rules docs | new | try | diff`: for the people who write and keep rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fraudmatch.scoring import Library

#: Where the manual of the shipped rules stands in a checkout.
MANUAL = Path("docs/rules.md")

_RELATIONS = (
    "person",
    "property",
    "organisation",
    "account",
    "payment",
    "phone",
    "email",
    "equal",
    "none",
    "group",
)
_SHARED = ("person", "property", "organisation", "account", "phone", "email")
_SITE = click.Path(exists=True, file_okay=False, path_type=Path)


def folders_of(folder: Path | None) -> list[Path]:
    """The shipped rules, and those of a site or of a folder of rules on top."""
    from fraudmatch.shipped import shipped

    own = shipped("rules")
    if folder is None:
        return [own]
    site = (folder / "site.toml").is_file()
    added = folder / "rules" if site else folder
    return [own] if added.resolve() == own.resolve() else [own, added]


def _library(folder: Path | None) -> Library:
    from fraudmatch.scoring import load_library

    return load_library(folders_of(folder))


@click.command(short_help="Print the manual, or the page of one rule.")
@click.argument("folder", required=False, type=_SITE)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the manual here.")
@click.option(
    "--check", is_flag=True, help=f"Write nothing; exit code 1 when --out ({MANUAL} if not given) is stale."
)
@click.option("--rule", "rule_id", help="One rule only, for example FM-CT-001.")
def docs(folder: Path | None, out: Path | None, check: bool, rule_id: str | None) -> None:
    """Print the manual: a page for each rule in plain English, made from its file alone.

    FOLDER is a site or a folder of rules that adds to the shipped ones.

    \b
    fraudmatch rules docs --rule FM-CT-001       one page, on the terminal
    fraudmatch rules docs mysite --out rules.md  the manual of a site, its own rules in it
    """
    from fraudmatch.rulebook.manual import manual, one_page

    if check and rule_id:
        raise click.UsageError("--check looks at the whole manual; leave --rule out.")
    library = _library(folder)
    text = one_page(rule_id, library) if rule_id else manual(library)
    if check:
        _check(out or MANUAL, text)
    elif out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8", newline="\n")
        click.echo(f"Wrote {out}.", err=True)


def _check(path: Path, text: str) -> None:
    """Leave with 1 when the file does not hold `text`."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        click.echo(f"{path} is as the rule files say.")
        return
    state = "is not as the rule files say" if path.is_file() else "is not there"
    click.echo(f"{path} {state}. Run: fraudmatch rules docs --out {path}", err=True)
    raise SystemExit(1)


@click.command(short_help="Start a rule: write a commented file.")
@click.argument("rule_id", metavar="ID")
@click.argument(
    "folder", required=False, type=click.Path(file_okay=False, path_type=Path), default=Path("drafts")
)
@click.option("--left", required=True, help="Data set the rule is about (docs/datasets.md).")
@click.option("--right", help="Data set it is compared with; leave out for a rule about single records.")
@click.option("--relation", type=click.Choice(_RELATIONS), help="What the two records share.")
@click.option(
    "--by", type=click.Choice(_SHARED), help="With --relation group: what the records of a group share."
)
def new(
    rule_id: str, folder: Path, left: str, right: str | None, relation: str | None, by: str | None
) -> None:
    """Start a rule: write a commented file with working facts, whose words are left for you.

    It goes into FOLDER ("drafts" when none is given), where no night sees it; or into the rules of FOLDER when
    that is a site.

    \b
    fraudmatch rules new FM-XX-001 --left council_tax --right permit --relation property
    fraudmatch rules new FM-XX-002 --left council_tax --relation group --by property
    """
    from fraudmatch.rulebook.alike import alike
    from fraudmatch.rulebook.outline_file import write_outline

    path = write_outline(rule_id, folder, left, right, relation or ("none" if right is None else ""), by)
    click.echo(f"Wrote {path}.")
    there = alike(left, right, _library(None))
    if there:
        what = f"{left} with {right}" if right else f"{left} alone"
        click.echo(f"Rules that compare {what} already; see that yours asks something else:")
        for rule in there:
            click.echo(f"  {rule.id:<11} {rule.file.title}")
    click.echo("Next:")
    click.echo(f"  1. fill in what is blank, and say the facts you mean: {path}")
    click.echo(f"  2. fraudmatch rules check {folder}    until nothing is wrong")
    click.echo(f"  3. fraudmatch rules test {folder}     runs its examples")
    click.echo(f"  4. fraudmatch rules try {path} SITE   shows what it would have flagged last night")


@click.command(name="try", short_help="Try a changed rule on the last night.")
@click.argument("rule")
@click.argument("site", required=False, default=Path(), type=_SITE)
@click.option("--run", "run_id", help="Run id of a night; the newest when absent.")
@click.option(
    "--csv", "csv", type=click.Path(dir_okay=False, path_type=Path), help="Every flag, as a CSV file."
)
def try_rule(rule: str, site: Path, run_id: str | None, csv: Path | None) -> None:
    """Run a changed rule on the last night of SITE: flags gained, lost and kept.

    RULE is a rule file, or the id of a rule of the library or of the site, drafts too. SITE is this folder
    when left out. Its flags are compared with those the night published; nothing is written to the site.

    This page is for the hub: it names records of every partner.
    """
    from fraudmatch.inputs import rule_folders
    from fraudmatch.kept import read_night
    from fraudmatch.ledger.entering import enter
    from fraudmatch.rulebook import trial, trial_text
    from fraudmatch.scoring import load_library
    from fraudmatch.site import load_site

    where = load_site(site)
    found, library = trial.find_rule(rule, load_library(rule_folders(where)))
    made = trial.try_rule(found, library, read_night(where, run_id))
    enter(where, "record.viewed", detail={"rule": found.id})
    for line in trial_text.trial_lines(made, site):
        click.echo(line)
    if csv is not None:
        rows = trial_text.write_trial(csv, made)
        click.echo(f"Wrote {rows:,} flags to {csv}.", err=True)


@click.command(short_help="Compare two rule libraries in words.")
@click.argument("old")
@click.argument("new", required=False, default="shipped")
@click.option("--site", type=_SITE, help="Also say what each change adds and removes on its last night.")
def diff(old: str, new: str, site: Path | None) -> None:
    """Compare two rule libraries: rules added, removed and changed, in words.

    OLD and NEW are folders, or the word "shipped" for the rules that come with fraudmatch. A site, and a folder
    without parameters and values of its own, stands for the shipped rules with its own on top.

    \b
    fraudmatch rules diff shipped drafts               what a folder of drafts changes
    fraudmatch rules diff old_rules shipped            what an upgrade changes
    fraudmatch rules diff shipped drafts --site mysite and what that does to last night
    """
    from fraudmatch.rulebook.differences import differences
    from fraudmatch.rulebook.differences_text import difference_lines
    from fraudmatch.rulebook.libraries import named_library

    one, other = named_library(old), named_library(new)
    made = differences(one.library, other.library)
    effects = None
    if site is not None:
        from fraudmatch.kept import read_night
        from fraudmatch.rulebook.effects import effects_of
        from fraudmatch.site import load_site

        effects = effects_of(made, one.library, other.library, read_night(load_site(site)))
    for line in difference_lines(one, other, made, effects):
        click.echo(line)
