"""Entry point of the ``grader`` command; commands are imported when asked for."""

import importlib
import os
from typing import Any

import click

from grader import __version__

COMMANDS = {
    "api": "grader.cli.api:api",
    "assignment": "grader.cli.administration:assignment",
    "backup": "grader.cli.backup:backup",
    "bench": "grader.cli.bench:bench",
    "check": "grader.cli.check:check",
    "course": "grader.cli.administration:course",
    "demo": "grader.cli.demo:demo",
    "doctor": "grader.cli.doctor:doctor",
    "feedback": "grader.cli.feedback:feedback",
    "grade": "grader.cli.grade:grade",
    "kinds": "grader.cli.kinds:kinds",
    "login": "grader.cli.login:login",
    "migrate": "grader.cli.serve:migrate",
    "receipt": "grader.cli.receipt:receipt",
    "reference": "grader.cli.reference:reference",
    "restore": "grader.cli.backup:restore",
    "serve": "grader.cli.serve:serve",
    "submit": "grader.cli.submit:submit",
    "tidy": "grader.cli.tidy:tidy",
    "user": "grader.cli.user:user",
    "validate": "grader.cli.validate:validate",
    "web": "grader.cli.serve:web",
    "work": "grader.cli.serve:work",
}


class LazyGroup(click.Group):
    """Import a command's module only when that command runs: ``--help`` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in alphabetical order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        return getattr(importlib.import_module(module), attribute)


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="grader")
def group() -> None:
    """Grade backpropagation assignments: gradients, optimizers, training."""


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; refusals become one sentence on standard error."""
    # Before NumPy is imported: the arrays here are small, and a second thread of the
    # linear algebra library only waits busily for the next one.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from grader.cli.errors import reported

    return reported(group, arguments)
