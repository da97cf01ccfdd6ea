"""The process that parses: killed, frozen, forked from, and asked by many at once."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.errors import SandboxUnavailableError
from grader.intake.parser import PROGRAM, Parser
from tests.waiting import until

DEEP = b"-" * 200_000 + b"1"
TOO_DEEP = "it is nested too deeply or is too large"


@pytest.fixture
def parser() -> Iterator[Parser]:
    parser = Parser()
    yield parser
    parser.close()


def request(*sources: bytes) -> bytes:
    header = json.dumps([[f"{at}.py", len(data)] for at, data in enumerate(sources)])
    return header.encode() + b"\n" + b"".join(sources)


def message(answer: bytes) -> str | None:
    found = json.loads(answer)
    return None if found is None else found["message"]


def program(folder: Path, reply: str) -> Path:
    """Write a program whose children answer with this expression."""
    path = folder / "program.py"
    path.write_text(
        "import json, os, resource, runpy, sys, time\n"
        f"serve = runpy.run_path({str(PROGRAM)!r})['serve']\n"
        f"serve(lambda request: {reply})\n"
    )
    return path


def pid_of(parser: Parser) -> int:
    assert parser.pid is not None
    return parser.pid


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"x = 1\n", None),
        (b"", None),
        (b"x = '" + b"a" * 1_000_000 + b"'", None),
        (b"x = (\n", "'(' was never closed"),
        (b"x = 1\0\n", "source code string cannot contain null bytes"),
        (DEEP, TOO_DEEP),
    ],
    ids=["right", "empty", "large", "open", "null", "deep"],
)
def test_the_parser_reports_the_first_problem(parser, source, expected):
    assert message(parser.ask(request(b"y = 2\n", source, b"z = )\n"))) == (
        expected or "unmatched ')'"
    )


def test_threads_ask_at_once_and_each_gets_its_own_answer(parser):
    kinds = [(b"x = 1\n", None), (b"x = (\n", "'(' was never closed"), (DEEP, TOO_DEEP)]
    asked = [kinds[number % 3] for number in range(48)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda kind: parser.ask(request(kind[0])), asked))
    assert [message(answer) for answer in answers] == [kind[1] for kind in asked]


def test_one_program_serves_all_and_leaves_neither_zombies_nor_open_files(parser):
    parser.ask(request(b"x = 1\n"))
    first, open_before = pid_of(parser), len(os.listdir("/proc/self/fd"))
    theirs_before = len(os.listdir(f"/proc/{first}/fd"))
    for _ in range(20):
        parser.ask(request(b"x = 1\n"))
    children = Path(f"/proc/{first}/task/{first}/children")
    until(lambda: not children.read_text().split(), "for the children to be buried")
    assert parser.pid == first
    assert len(os.listdir("/proc/self/fd")) == open_before
    assert len(os.listdir(f"/proc/{first}/fd")) == theirs_before


def test_a_killed_program_is_replaced_without_anybody_noticing(parser):
    parser.ask(request(b"x = 1\n"))
    first = pid_of(parser)
    os.kill(first, signal.SIGKILL)
    assert message(parser.ask(request(b"x = (\n"))) == "'(' was never closed"
    assert parser.pid != first
    assert not is_there(first)


def test_a_program_killed_while_many_ask_costs_no_answer(parser):
    parser.ask(request(b"x = 1\n"))

    def ask(number: int) -> str | None:
        if number % 10 == 5:
            os.kill(pid_of(parser), signal.SIGKILL)
        return message(parser.ask(request(b"x = (\n")))

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(20)))
    assert answers == ["'(' was never closed"] * 20


def test_a_frozen_program_is_replaced():
    parser = Parser(start_seconds=0.3)
    parser.ask(request(b"x = 1\n"))
    first = pid_of(parser)
    os.kill(first, signal.SIGSTOP)
    assert message(parser.ask(request(b"x = 1\n"))) is None
    assert not is_there(first)
    parser.close()


def test_a_signal_to_the_whole_group_does_not_end_what_parses(parser):
    parser.ask(request(b"x = 1\n"))
    first = pid_of(parser)
    os.kill(first, signal.SIGINT)
    os.kill(first, signal.SIGTERM)
    assert message(parser.ask(request(b"x = 1\n"))) is None
    assert parser.pid == first


def test_without_any_program_nothing_is_said_about_the_files(tmp_path):
    absent = Parser(tmp_path / "absent.py")
    with pytest.raises(SandboxUnavailableError):
        absent.ask(request(b"x = 1\n"))
    absent.close()


@pytest.mark.parametrize(
    "reply",
    [
        "os.kill(os.getpid(), 11)",
        "os._exit(0)",
        "1 / 0",
        "bytes(600 << 20)",
        "b'x' * (1 << 17)",
        "time.sleep(60)",
    ],
    ids=["crash", "silence", "error", "memory", "babble", "hang"],
)
def test_a_child_that_does_not_answer_harms_only_its_own_request(tmp_path, reply):
    path = program(tmp_path, f"({reply}) if b'bad' in request else b'fine'")
    parser = Parser(path, answer_seconds=1.0)
    assert parser.ask(b"fine?") == b"fine"
    first = parser.pid
    assert parser.ask(b"bad") == b""
    assert parser.ask(b"fine?") == b"fine"
    assert parser.pid == first
    parser.close()


def test_a_child_is_limited_and_holds_its_own_connection_only(tmp_path):
    reply = (
        "json.dumps({'memory': resource.getrlimit(resource.RLIMIT_AS)[0],"
        " 'file': resource.getrlimit(resource.RLIMIT_FSIZE)[0],"
        " 'files': sorted(os.readlink(f'/proc/self/fd/{n}').partition(':')[0]"
        "   for n in os.listdir('/proc/self/fd')"
        "   if os.path.exists(f'/proc/self/fd/{n}')"
        "   or os.path.islink(f'/proc/self/fd/{n}')),"
        " 'env': dict(os.environ), 'ours': 'grader' in sys.modules}).encode()"
    )
    parser = Parser(program(tmp_path, reply))
    found = json.loads(parser.ask(b""))
    parser.close()
    assert (found["memory"], found["file"]) == (512 << 20, 0)
    assert found["files"] == ["/dev/null", "/dev/null", "socket"]
    assert not found["ours"]
    assert not {name for name in found["env"] if name.startswith("GRADER")}


def test_after_a_fork_each_process_has_a_program_of_its_own(parser):
    parser.ask(request(b"x = 1\n"))
    first = pid_of(parser)
    child = os.fork()
    if child == 0:
        is_right = parser.pid is None
        is_right &= message(parser.ask(request(b"x = (\n"))) is not None
        is_right &= parser.pid != first
        parser.close()
        os._exit(0 if is_right else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert message(parser.ask(request(b"x = 1\n"))) is None
    assert parser.pid == first


@pytest.mark.parametrize("end", ["pass", "os.kill(os.getpid(), 9)"])
def test_the_program_ends_with_the_process_that_started_it(end):
    script = (
        "import os; from grader.intake.parser import Parser; p = Parser(); "
        f"p.ask(b'[]\\n'); print(p.pid, flush=True); {end}"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True
    )
    until(lambda: not is_there(int(done.stdout)), "for the program to end")
    assert done.stderr == ""


def test_a_closed_parser_starts_again_when_it_is_asked(parser):
    parser.ask(request(b"x = 1\n"))
    first = pid_of(parser)
    parser.close()
    assert parser.pid is None
    assert not is_there(first)
    assert message(parser.ask(request(b"x = 1\n"))) is None
