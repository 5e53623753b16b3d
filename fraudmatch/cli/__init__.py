"""The command line. Only click is imported here; each command imports what it needs when it runs.

stdout is data, stderr is for people. Exit codes: 0 done, 1 the run failed, 2 usage or
configuration, 3 a gate held something back, 4 finished but some deliveries were refused,
130 interrupted. Finding flags is not an error.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

#: Command -> (module, one line of help). The help stands here so that --help imports nothing.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "Run a night on the sample partnership."),
    "init": ("init", "Make an empty site folder to fill."),
    "sample": ("sample", "Write a synthetic partnership with an answer key."),
    "mapping": ("mapping", "Propose a mapping for a partner's file."),
    "sharing": ("sharing", "Show what each partner agreed to share, or begin a record of it."),
    "check": ("check", "Read all deliveries of a site and say what is wrong with them."),
    "run": ("run", "Run the night of a site."),
    "deliveries": ("deliveries", "Say which deliveries are in use, and which are held and why."),
    "release": ("release", "Let a held delivery in, or refuse it."),
    "withdraw": ("withdraw", "Withdraw what was accepted of a partner's extract."),
    "night": ("night", "Write the page of a night: what came, what changed, and why."),
    "report": ("report", "Write the reports of a finished night again."),
    "explain": ("explain", "Explain a flag, or why two records were linked or not."),
    "pack": ("pack", "Write the case pack of cases: a page for an interview or a file."),
    "outcomes": ("outcomes", "Record what was found of flags, list it, or write it to a file."),
    "review": ("review", "Serve the review desk to browsers on this machine."),
    "users": ("users", "Keep the accounts of the review desk."),
    "committee": ("committee", "Write the report to members: counts and amounts of a period."),
    "subject": ("subject", "Collect what is held on one person."),
    "leave": ("leave", "Hand a partner what it brought, and take it out of the site."),
    "purge": ("purge", "Remove what is past its time of retention, with a certificate."),
    "verify": ("verify", "Say whether published nights are as they were."),
    "replay": ("replay", "Make a past night again and compare it, byte for byte."),
    "backup": ("backup", "Take a backup of a site, encrypted."),
    "restore": ("restore", "Put a site back from a backup."),
    "drill": ("drill", "Prove that the newest backup can be put back."),
    "audit": ("audit", "Verify the ledger of a site, list it, print its head."),
    "rules": ("rules", "Check and test the rule library."),
    "link": ("link", "Link any one or two files, without rules."),
    "train": ("train", "Fit a model to your own records, without labels."),
    "evaluate": ("evaluate", "Measure links or a night, with answers or by a reviewed sample."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order a user meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"fraudmatch.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[Any, Any, list[str]]:
        """As click does, naming the nearest command when there is none of that name."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            if near and near[0] not in error.message:
                raise click.UsageError(f"{error.message} Did you mean {near[0]!r}?", ctx) from None
            raise


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="fraudmatch")
@click.option("--traceback", is_flag=True, help="Show where in the program an error arose.")
@click.pass_context
def cli(ctx: click.Context, traceback: bool) -> None:
    """Match data across councils and report inconsistencies to look into.

    A flag is not a finding: it says that two records do not fit together, and lists lawful
    explanations to rule out first.
    """
    ctx.obj = {"traceback": traceback}


def main(args: list[str] | None = None) -> None:
    """Run the command line; errors a person may see become a message and an exit code."""
    from fraudmatch.errors import EXIT_INTERRUPTED, FraudmatchError

    arguments = sys.argv[1:] if args is None else args
    try:
        # Outside standalone mode click hands back the exit code a command asked for.
        sys.exit(cli.main(args=arguments, prog_name="fraudmatch", standalone_mode=False) or 0)
    except FraudmatchError as error:
        if "--traceback" in arguments:
            raise
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted; nothing was published.", err=True)
        sys.exit(EXIT_INTERRUPTED)
