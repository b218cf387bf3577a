"""The entry point: commands gathered, faults turned into messages and exit codes."""

from __future__ import annotations

import sys
import traceback

import click

from licet.cli.accounts import account, key
from licet.cli.audit import audit
from licet.cli.check import check
from licet.cli.decide import decide
from licet.cli.dispositions import dispositions
from licet.cli.exits import Exit
from licet.cli.explain import explain
from licet.cli.generate import generate
from licet.cli.impact import impact
from licet.cli.law import law
from licet.cli.lists import lists
from licet.cli.owners import owners
from licet.cli.party import party
from licet.cli.scenario import scenario
from licet.cli.screen import screen
from licet.cli.serve import serve
from licet.cli.sweep import sweep
from licet.cli.verify import verify
from licet.cli.watch import watch
from licet.language.errors import LicetError
from licet.version import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="licet")
def licet() -> None:
    """US trade restrictions as dated, explainable code. Not legal advice.

    Exit codes: 0 all clear; 1 something is forbidden, needs a licence or is listed; 2 usage; 3 facts
    are missing or a person has to look; 4 data stale or damaged (rows or files refused, proof not
    re-established); 70 a fault of ours.
    """


for command in (
    check, decide, explain, verify, impact, watch, sweep, scenario, law, lists, owners, party, screen,
    dispositions, generate, serve, account, key, audit,
):  # fmt: skip
    licet.add_command(command)


def main() -> None:
    """Run the command line and exit with one of :class:`Exit`."""
    try:
        code = licet.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else Exit.CLEAR)
    except click.ClickException as error:
        error.show()
        sys.exit(Exit.USAGE)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(Exit.USAGE)
    except LicetError as error:
        click.echo(f"licet: {error}", err=True)
        sys.exit(Exit.DAMAGED)
    except BrokenPipeError:
        # Whoever read us has had enough; nothing is lost.
        sys.stderr.close()
        sys.exit(Exit.CLEAR)
    except Exception:
        traceback.print_exc()
        click.echo("licet: this is a fault of ours; please report it with the lines above.", err=True)
        sys.exit(Exit.OUR_FAULT)
