"""The command line as a whole."""

import pytest
from click.testing import CliRunner

from grader import __version__
from grader.cli.main import COMMANDS, group, main


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_a_help_that_opens_with_a_sentence(name: str) -> None:
    shown = CliRunner().invoke(group, [name, "--help"])
    assert shown.exit_code == 0
    assert "Usage: " in shown.output


def test_help_lists_every_command() -> None:
    shown = CliRunner().invoke(group, ["--help"])
    assert all(name in shown.output for name in COMMANDS)


def test_version_is_the_packages() -> None:
    assert __version__ in CliRunner().invoke(group, ["--version"]).output


def test_an_unknown_command_ends_with_a_usage_error() -> None:
    assert CliRunner().invoke(group, ["gradee"]).exit_code == 2


def test_a_wrong_setting_is_one_sentence_that_names_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GRADER_LEASE_SECONDS", "soon")
    with pytest.raises(SystemExit) as stopped:
        main(["migrate"])
    assert stopped.value.code == 3
    error = capsys.readouterr().err
    assert "GRADER_LEASE_SECONDS" in error
    assert "Traceback" not in error
