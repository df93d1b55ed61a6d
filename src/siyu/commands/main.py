"""The `siyu` command. Text for people goes to stderr, data to stdout.

Exit: 0 done · 1 a subject failed, or a check found a mismatch · 2 wrong usage or input, found before
anything starts.
"""

import os
import sys

import click

from siyu.commands.assign import assign
from siyu.commands.exports import check, erase, new
from siyu.commands.metrics import metrics, scorecard
from siyu.commands.options import reporting_problems
from siyu.commands.report import render, report
from siyu.commands.request import request
from siyu.commands.simulate import simulate
from siyu.commands.trace import trace, verify
from siyu.commands.upkeep import doctor, init
from siyu.commands.winback import winback
from siyu.paths import settle_home


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="siyu")
@click.pass_context
@reporting_problems
def main(context: click.Context) -> None:
    """A private-domain marketing workbook whose every number traces to its source."""
    if sys.platform == "win32":
        click.echo("siyu: Windows is not supported: use WSL 2, and install there.", err=True)
        sys.exit(2)
    # as in the sections of a report: sums of other threads differ in their last digits, and wait by burning a core
    os.environ |= {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
    settle_home(make=context.invoked_subcommand != doctor.name)
    if "SIYU_ENGINE" in os.environ:
        from siyu.engines.choice import chosen

        chosen()


VERBS = (report, render, verify, trace, check, new, erase, metrics, scorecard, simulate, assign, winback, request, init,
         doctor)  # fmt: skip
for verb in VERBS:
    main.add_command(verb)
