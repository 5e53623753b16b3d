"""`fraudmatch users …`: who may sign in to the review desk, as what."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fraudmatch.accounts import Account

_SITE = click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))
_ROLE = click.option(
    "--role", "roles", multiple=True,
    help="investigator, supervisor, analyst, nominated_officer, dataset_owner, partner_administrator; of the hub auditor, system_administrator.",
)  # fmt: skip
_BY = click.option("--by", help="Who does it; the name of the account when left out.")
_STDIN = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@click.group("users")
def command() -> None:
    """Keep the accounts of the review desk: who may sign in, as what, for which partner.

    Every change is in the ledger. An account is never removed, since decisions name it; it is ended.
    """


@command.command("add")
@_SITE
@click.argument("username")
@click.option("--name", required=True, help="As printed, for example 'Ada Example'.")
@click.option("--partner", help="Whose cases the person works on; none for an account of the hub.")
@_ROLE
@_STDIN
@click.option(
    "--no-password", is_flag=True, help="The person signs in with the account of the council alone."
)
@_BY
def add(
    site: Path, username: str, name: str, partner: str | None, roles: tuple[str, ...], password_stdin: bool,
    no_password: bool, by: str | None,
) -> None:  # fmt: skip
    """Make an account of SITE for USERNAME. The password is asked for, 12 characters or more.

    \b
    Example:
      fraudmatch users add mysite ada --name 'Ada Example' --partner cheltenham --role investigator
    """
    import datetime as dt

    from fraudmatch.accounts import Account, Accounts
    from fraudmatch.ledger.people import login_name
    from fraudmatch.site import load_site

    kept = Accounts(load_site(site))
    account = Account(username, name, partner, tuple(sorted(set(roles))))
    now = dt.datetime.now(dt.UTC)
    password = None if no_password else _password(password_stdin)
    kept.add(account, password, by=by or login_name(), recorded_at=now)
    click.echo(f"{_line(account)}. Tell them where the desk is: fraudmatch review {site}")


@command.command("change")
@_SITE
@click.argument("username")
@click.option("--name", help="As printed.")
@_ROLE
@click.option("--password", "new_password", is_flag=True, help="Ask for a new password.")
@_STDIN
@click.option("--end/--again", default=None, help="The person may not sign in any more; or may again.")
@_BY
def change(
    site: Path, username: str, name: str | None, roles: tuple[str, ...], new_password: bool,
    password_stdin: bool, end: bool | None, by: str | None,
) -> None:  # fmt: skip
    """Change the account USERNAME of SITE: what is not named stays. Roles named take the place of all it has.

    \b
    Examples:
      fraudmatch users change mysite ada --role supervisor
      fraudmatch users change mysite ada --end
    """
    import datetime as dt

    from fraudmatch.accounts import Accounts
    from fraudmatch.ledger.people import login_name
    from fraudmatch.site import load_site

    kept = Accounts(load_site(site))
    found = kept.find(username)
    if found is None:
        raise click.UsageError(f"There is no account {username}; see: fraudmatch users list {site}")
    account = replace(
        found,
        display_name=name or found.display_name,
        roles=tuple(sorted(set(roles))) or found.roles,
        active=found.active if end is None else not end,
    )
    password = _password(password_stdin) if new_password or password_stdin else None
    now = dt.datetime.now(dt.UTC)
    kept.change(account, by=by or login_name(), recorded_at=now, password=password)
    click.echo(f"{_line(account)}.")


@command.command("list")
@_SITE
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of a table.")
def list_(site: Path, as_json: bool) -> None:
    """List the accounts of SITE.

    \b
    Example:
      fraudmatch users list mysite
    """
    import json
    from dataclasses import asdict

    from fraudmatch.accounts import Accounts
    from fraudmatch.report.layout import text_table
    from fraudmatch.site import load_site

    accounts = Accounts(load_site(site)).all()
    if as_json:
        click.echo(json.dumps({"accounts": [asdict(one) for one in accounts]}, indent=2))
        return
    if not accounts:
        click.echo(f"There are no accounts. Make one with: fraudmatch users add {site} USERNAME --name …")
        return
    rows = [
        (one.username, one.display_name, one.partner or "the hub", ", ".join(one.roles), "yes" if one.active else "ended")
        for one in accounts
    ]  # fmt: skip
    for line in text_table(("username", "name", "partner", "roles", "may sign in"), rows):
        click.echo(line)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        import sys

        return sys.stdin.readline().rstrip("\r\n")
    asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return asked


def _line(account: Account) -> str:
    state = "" if account.active else ", ended"
    return f"{account.username} ({account.display_name}): {', '.join(account.roles)} of {account.partner or 'the hub'}{state}"
