"""How refusals and failures look on the command line."""

import sys
from typing import Any

import click

from grader.errors import (
    AssignmentError,
    GraderError,
    RefusedError,
    SandboxUnavailableError,
)

EXIT_REFUSED = 2
EXIT_OUR_FAULT = 3


def reported(command: click.Command, arguments: list[str] | None) -> Any:
    """Run a command; turn what the package raises into a sentence and an exit code.

    Exit codes: 0 done, 1 the answer is no (a sample did not score as stated),
    2 the input was refused, 3 our own failure (no jail, no database).
    """
    try:
        return command.main(arguments, prog_name="grader")
    except RefusedError as refusal:
        say(refusal.message)
        if refusal.detail:
            click.echo(refusal.detail, err=True)
        sys.exit(EXIT_REFUSED)
    except AssignmentError as error:
        say("the assignment cannot be used:")
        for problem in error.problems:
            click.echo(f"  {problem}", err=True)
        sys.exit(EXIT_REFUSED)
    except SandboxUnavailableError as error:
        say(f"{error}\nRun `grader doctor` to see what would help.")
        sys.exit(EXIT_OUR_FAULT)
    except GraderError as error:
        say(str(error))
        sys.exit(EXIT_OUR_FAULT)


def say(text: str) -> None:
    """Print one message to standard error under the command's name."""
    click.echo(f"grader: {text}", err=True)
