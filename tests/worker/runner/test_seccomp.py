"""The filter, run by an interpreter of classic BPF on every number there is."""

import errno
import re
import signal
import struct
import subprocess
from pathlib import Path

import pytest

from worker.runner import seccomp
from worker.runner.syscalls import (
    ALLOWED,
    ARGUMENT_CHECKED,
    EVIDENCE,
    MACHINES,
    NUMBERS,
    OPENING,
    evidence_name,
    number,
    numbers,
)

PID = 4321
OTHER = {"x86_64": 0xC00000B7, "aarch64": 0xC000003E}
I386 = 0x40000003
EPERM = seccomp.ERRNO | errno.EPERM
ENOSYS = seccomp.ERRNO | errno.ENOSYS
ENOTTY = seccomp.ERRNO | errno.ENOTTY


def run(code: bytes, arch: int, called: int, *arguments: int) -> int:
    """Interpret a program as the kernel does and return its verdict."""
    filled = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    data = struct.pack("<iIQ6Q", called, arch, 0, *filled)
    program = list(struct.iter_unpack("<HBBI", code))
    at, accumulator = 0, 0
    while True:
        operation, if_true, if_false, value = program[at]
        at += 1
        if operation == seccomp.LOAD:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif operation == seccomp.RETURN:
            return value
        elif operation == seccomp.IF_EQUAL:
            at += if_true if accumulator == value else if_false
        elif operation == seccomp.IF_AT_LEAST:
            at += if_true if accumulator >= value else if_false
        else:
            pytest.fail(f"unknown instruction {operation:#x}")


def call(machine: str, name: str, *arguments: int) -> int:
    value = number(name, machine)
    assert value is not None
    code = seccomp.build(PID, machine)
    return run(code, seccomp.AUDIT_ARCH[machine], value, *arguments)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("may_open", [True, False])
def test_every_number_gets_the_verdict_of_the_table(
    machine: str, may_open: bool
) -> None:
    code = seccomp.build(PID, machine, may_open=may_open)
    allowed = set(numbers(ALLOWED if may_open else ALLOWED - OPENING, machine))
    evidence = set(numbers(EVIDENCE, machine))
    by_argument = set(numbers(ARGUMENT_CHECKED, machine))
    for value in range(2048):
        if value in by_argument:
            continue
        expected = ENOSYS if value >= seccomp.FIRST_NEW_NUMBER else EPERM
        if value in allowed:
            expected = seccomp.ALLOW
        if value in evidence:
            expected = seccomp.TRAP
        got = run(code, seccomp.AUDIT_ARCH[machine], value)
        assert got == expected, f"{machine} {value}"


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("value", [0, 1, 57, 59, 101, 220, 435])
def test_another_architecture_is_the_end(machine: str, value: int) -> None:
    code = seccomp.build(PID, machine)
    for arch in (OTHER[machine], I386, 0):
        assert run(code, arch, value) == seccomp.KILL


def test_x32_numbers_are_the_end() -> None:
    code = seccomp.build(PID, "x86_64")
    for value in (*range(0x40000000, 0x40000400), -1):
        assert run(code, seccomp.AUDIT_ARCH["x86_64"], value) == seccomp.KILL


@pytest.mark.parametrize("machine", MACHINES)
def test_the_numbers_are_those_of_the_table_and_none_is_given_twice(
    machine: str,
) -> None:
    known = numbers(frozenset(NUMBERS), machine)
    assert len(known) == len(set(known))


@pytest.mark.parametrize("machine", MACHINES)
def test_each_jump_lands_inside_the_program(machine: str) -> None:
    program = list(struct.iter_unpack("<HBBI", seccomp.build(PID, machine)))
    for at, (operation, if_true, if_false, _) in enumerate(program):
        if operation in (seccomp.IF_EQUAL, seccomp.IF_AT_LEAST):
            assert at + 1 + max(if_true, if_false) < len(program)


@pytest.mark.parametrize("machine", MACHINES)
class TestArguments:
    def test_ioctl_only_asks(self, machine: str) -> None:
        assert call(machine, "ioctl", 1, 0x5401) == seccomp.ALLOW
        assert call(machine, "ioctl", 1, 0x5412) == ENOTTY

    def test_fcntl_neither_resizes_pipes_nor_sends_signals(self, machine: str) -> None:
        assert call(machine, "fcntl", 1, 3) == seccomp.ALLOW
        for command in (8, 10, 15, 1024, 1026, 1031, 1033):
            assert call(machine, "fcntl", 1, command) == EPERM

    def test_a_process_may_abort_itself_and_signal_no_other(self, machine: str) -> None:
        assert call(machine, "tgkill", PID, PID, signal.SIGABRT) == seccomp.ALLOW
        assert call(machine, "tgkill", PID + 1, PID, signal.SIGABRT) == EPERM
        assert call(machine, "tgkill", 1, 1, signal.SIGTERM) == EPERM

    def test_sigkill_never_comes_from_inside(self, machine: str) -> None:
        assert call(machine, "tgkill", PID, PID, signal.SIGKILL) == EPERM
        assert call(machine, "tgkill", PID, PID, signal.SIGSTOP) == EPERM

    def test_limits_can_be_read_and_not_set(self, machine: str) -> None:
        assert call(machine, "prlimit64", 0, 7, 0, 4096) == seccomp.ALLOW
        assert call(machine, "prlimit64", 0, 7, 4096, 0) == EPERM
        assert call(machine, "prlimit64", 0, 7, 1 << 32, 0) == EPERM
        assert call(machine, "prlimit64", 1, 7, 0, 4096) == EPERM

    def test_the_handler_of_blocked_calls_stays(self, machine: str) -> None:
        assert call(machine, "rt_sigaction", signal.SIGALRM) == seccomp.ALLOW
        assert call(machine, "rt_sigaction", signal.SIGSYS) == EPERM


def test_evidence_has_names() -> None:
    assert evidence_name(101, "x86_64") == "ptrace"
    assert evidence_name(117, "aarch64") == "ptrace"
    assert evidence_name(0, "x86_64") == ""


HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


# What the 64-bit ARM kernel chooses from the generic table.
CHOICES = (
    "-D__BITS_PER_LONG=64",
    "-D__ARCH_WANT_NEW_STAT",
    "-D__ARCH_WANT_SET_GET_RLIMIT",
)


@pytest.mark.parametrize("machine", MACHINES)
def test_the_table_agrees_with_the_kernels_headers(machine: str) -> None:
    header = HEADERS[machine]
    if not header.is_file():
        pytest.skip(f"{header} is not installed here")
    try:
        text = subprocess.run(
            [
                "cc",
                "-E",
                "-dM",
                "-D__BITS_PER_LONG=64",
                "-D__ARCH_WANT_NEW_STAT",
                "-D__ARCH_WANT_SET_GET_RLIMIT",
                str(header),
            ],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no C preprocessor: {error}")
    defined = dict(re.findall(r"^#define (__NR\w+)\s+(\w+)", text, re.MULTILINE))
    for name in NUMBERS:
        value = defined.get(f"__NR_{name}", "")
        while value in defined:
            value = defined[value]
        expected = number(name, machine)
        assert (int(value) if value else None) == expected, name
