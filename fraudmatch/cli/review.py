"""`fraudmatch review`: the review desk in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fraudmatch.review.openid import Providers
    from fraudmatch.review.terms import DeskTerms


@click.command("review")
@click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--port", default=8765, show_default=True, type=click.IntRange(1024, 65_535))
@click.option(
    "--threads", default=8, show_default=True, type=click.IntRange(1, 64), help="Pages made at once."
)
@click.option(
    "--address",
    help="https://NAME by which browsers reach it, through a server on this machine that ends TLS.",
)
def command(site: Path, port: int, threads: int, address: str | None) -> None:
    """Serve the review desk of SITE to browsers on this machine, until it is stopped with Ctrl+C.

    Investigators see the cases of their own partner, best first, decide them and take notes; everything they look at
    or do is in the ledger. It needs accounts: fraudmatch users add. Others than this machine are not answered; for others,
    a server that ends TLS stands before it (docs/desk-security.md).

    \b
    Examples:
      fraudmatch review mysite
      fraudmatch review mysite --address https://desk.example.gov.uk
    """
    from fraudmatch.errors import ConfigurationError
    from fraudmatch.site import load_site

    try:
        from fraudmatch.review.serving import server
    except ImportError as error:
        raise ConfigurationError(
            "The parts of the review desk are not installed.",
            remedy="Install them with: pip install 'fraudmatch[review]'",
        ) from error
    from fraudmatch.review.desk import Desk
    from fraudmatch.review.settings import Settings, host_of, local_hosts
    from fraudmatch.review.terms import read_terms

    loaded = load_site(site)
    terms = read_terms(loaded)
    hosts = (host_of(address),) if address else local_hosts(port)
    settings = Settings(
        hosts, secure=address is not None, idle_minutes=terms.idle_minutes, most_hours=terms.most_hours
    )
    providers = _providers(terms, hosts[0], address is not None) if terms.provider else None
    desk = Desk(loaded, settings, terms=terms, providers=providers)
    if not desk.accounts.all():
        raise click.UsageError(
            f"Nobody may sign in yet. Make an account first: fraudmatch users add {site} USERNAME --name …"
        )
    where = f"https://{hosts[0]}" if address else f"http://localhost:{port}"
    click.echo(f"The desk shows the night of {desk.night.as_at.isoformat()}: open {where}")
    if address:
        click.echo(
            f"The server that ends TLS asks http://127.0.0.1:{port} and passes the Host header as it came."
        )
    click.echo("Stop it with Ctrl+C.", err=True)
    server(desk, port, threads).run()


def _providers(terms: DeskTerms, host: str, secure: bool) -> Providers:
    """The councils' own sign-ins.

    Raises:
        ConfigurationError: their parts or a secret are missing, or the desk has no address to come back to.
    """
    import os
    import time

    from fraudmatch.errors import ConfigurationError

    try:
        from fraudmatch.review.openid import providers_of
    except ImportError as error:
        raise ConfigurationError(
            "desk.toml has a provider, and the parts to speak with one are not installed.",
            remedy="Install them with: pip install 'fraudmatch[sso]'",
        ) from error
    if not secure:
        raise ConfigurationError(
            "desk.toml has a provider, and people come back from it over TLS alone.",
            remedy="Give --address https://NAME; docs/operations.md has the server before it.",
        )
    return providers_of(terms.provider, f"https://{host}/sign-in/back", os.environ, time.monotonic, time.time)
