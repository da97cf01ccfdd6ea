"""The filter, run by an interpreter of classic BPF on every number there is."""

import errno
import re
import signal
import struct
import subprocess
from pathlib import Path
from random import Random

import pytest

from tests.worker.runner.bpf import MOST_INSTRUCTIONS, edges, run
from tests.worker.runner.denied_calls import BY_NAME, DENIED, numbers_of
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
EINVAL = seccomp.ERRNO | errno.EINVAL
OUTSIDE = set(seccomp.ONLY_FROM_OUTSIDE)
# A fork, a vfork, a thread, a user, process, network and mount namespace, all at once.
CLONE_OF_A_THREAD = (0x3D0F00, 0x1000, 0, 0, 0, 0)
CLONES = (17, 0x4111, CLONE_OF_A_THREAD[0], 0x10000011, 0x20000011, 0x7E020011, -1)


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
    # One number of each class that the program can tell apart stands for all 2^32.
    for value in {*range(2048), *edges(code)} - by_argument:
        expected = ENOSYS if value >= seccomp.FIRST_NEW_NUMBER else EPERM
        if value in allowed:
            expected = seccomp.ALLOW
        if value in evidence:
            expected = seccomp.TRAP
        if machine == "x86_64" and value >= seccomp.X32_BIT:
            expected = seccomp.KILL
        got = run(code, seccomp.AUDIT_ARCH[machine], value)
        assert got == expected, f"{machine} {value}"


@pytest.mark.parametrize("machine", MACHINES)
def test_other_calls_are_judged_by_their_number_alone(machine: str) -> None:
    code = seccomp.build(PID, machine)
    arch = seccomp.AUDIT_ARCH[machine]
    rng = Random(4)
    for value in set(range(460)) - set(numbers(ARGUMENT_CHECKED, machine)):
        alone = run(code, arch, value)
        given = [rng.choice((0, -1, PID, rng.getrandbits(64))) for _ in range(6)]
        assert run(code, arch, value, *given) == alone, f"{machine} {value} {given}"


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("may_open", [True, False])
@pytest.mark.parametrize("purpose", DENIED)
def test_what_no_assignment_needs_is_denied(
    machine: str, may_open: bool, purpose: str
) -> None:
    code = seccomp.build(PID, machine, may_open=may_open)
    denied = numbers_of(DENIED[purpose], machine)
    verdicts = {
        name: run(code, seccomp.AUDIT_ARCH[machine], value, *arguments)
        for name, value in denied.items()
        for arguments in ((), (PID, PID, 0), (-1,) * 6, CLONE_OF_A_THREAD)
    }

    assert len(denied) > 4
    assert set(verdicts.values()) <= {EPERM, ENOSYS, seccomp.TRAP}


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("flags", CLONES, ids=hex)
def test_no_kind_of_new_process_or_thread_is_made(machine: str, flags: int) -> None:
    code = seccomp.build(PID, machine)
    clones = numbers_of(DENIED["processes"], machine)
    arch = seccomp.AUDIT_ARCH[machine]

    assert run(code, arch, clones["clone"], flags) == EPERM
    # So the C library falls back to the older call, which is refused.
    assert run(code, arch, clones["clone3"], flags) == ENOSYS


@pytest.mark.parametrize("machine", MACHINES)
def test_without_landlock_nothing_is_opened_by_its_name(machine: str) -> None:
    code = seccomp.build(PID, machine, may_open=False)
    opening = numbers_of(BY_NAME, machine)
    allowed = [
        name
        for name, value in opening.items()
        for flags in (0, 1, 0o2000000, 0o10000000, -1)
        if run(code, seccomp.AUDIT_ARCH[machine], value, -100, 0x1000, flags)
        == seccomp.ALLOW
    ]

    assert len(opening) > 20
    assert allowed == []


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("value", [0, 1, 57, 59, 101, 220, 435])
def test_another_architecture_is_the_end(machine: str, value: int) -> None:
    code = seccomp.build(PID, machine)
    for arch in (OTHER[machine], I386, 0):
        assert run(code, arch, value) == seccomp.KILL


def test_x32_numbers_are_the_end() -> None:
    code = seccomp.build(PID, "x86_64")
    for value in (*range(0x40000000, 0x40000400), 0x7FFFFFFF, 1 << 31, -2, -1):
        assert run(code, seccomp.AUDIT_ARCH["x86_64"], value) == seccomp.KILL


@pytest.mark.parametrize("machine", MACHINES)
def test_the_numbers_are_those_of_the_table_and_none_is_given_twice(
    machine: str,
) -> None:
    known = numbers(frozenset(NUMBERS), machine)
    assert len(known) == len(set(known))


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("may_open", [True, False])
def test_the_kernel_can_load_the_program(machine: str, may_open: bool) -> None:
    code = seccomp.build(PID, machine, may_open=may_open)
    program = list(struct.iter_unpack("<HBBI", code))
    for at, (operation, if_true, if_false, value) in enumerate(program):
        if operation in (seccomp.IF_EQUAL, seccomp.IF_AT_LEAST):
            assert at + 1 + max(if_true, if_false) < len(program)
        if operation == seccomp.LOAD:
            # A word of the 64 bytes that say what was called.
            assert value % 4 == 0
            assert value < 64
    assert program[-1][0] == seccomp.RETURN
    assert len(program) <= MOST_INSTRUCTIONS


@pytest.mark.parametrize("machine", MACHINES)
class TestArguments:
    @pytest.mark.parametrize("name", ["ioctl", "fcntl"])
    def test_only_listed_commands_pass(self, machine: str, name: str) -> None:
        listed = {"ioctl": seccomp.IOCTLS, "fcntl": seccomp.FCNTLS}[name]
        refused = {"ioctl": ENOTTY, "fcntl": EPERM}[name]
        for command in {*range(2048), *edges(seccomp.build(PID, machine))}:
            expected = seccomp.ALLOW if command in listed else refused
            # The kernel looks at 32 bits of a command, so the others change nothing.
            for high in (0, 1 << 32, 1 << 63):
                got = call(machine, name, 1, command | high, -1)
                assert got == expected, hex(command | high)

    def test_ioctl_only_asks(self, machine: str) -> None:
        assert call(machine, "ioctl", 1, 0x5401) == seccomp.ALLOW
        # Typing into the terminal, taking it over, asynchronous signals.
        for command in (0x5412, 0x540E, 0x5452, 0x8901):
            assert call(machine, "ioctl", 1, command) == ENOTTY

    def test_fcntl_changes_nothing_that_others_see(self, machine: str) -> None:
        assert call(machine, "fcntl", 1, 3) == seccomp.ALLOW
        # Nor do they leave flags, locks or hints on a file that others have open.
        for command in (
            4,
            5,
            6,
            7,
            8,
            10,
            15,
            36,
            37,
            38,
            1024,
            1026,
            1031,
            1033,
            1036,
        ):
            assert call(machine, "fcntl", 1, command) == EPERM

    @pytest.mark.parametrize("target", [0, 1, 2, PID - 1, PID, PID + 1, -1, -PID])
    def test_a_process_signals_itself_and_no_other(
        self, machine: str, target: int
    ) -> None:
        for number_of_signal in range(65):
            got = call(machine, "tgkill", target, PID, number_of_signal)
            plain = number_of_signal not in OUTSIDE and number_of_signal < 32
            ours = plain and target == PID
            assert got == (seccomp.ALLOW if ours else EPERM), number_of_signal

    def test_no_signal_is_queued(self, machine: str) -> None:
        # What all jails of one user may have queued has one limit.
        for one in (32, 33, 40, 64, 65, 1 << 31, -1):
            assert call(machine, "tgkill", PID, PID, one) == EPERM

    def test_an_end_or_a_stop_by_these_signals_comes_from_outside(
        self, machine: str
    ) -> None:
        stopping = {signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
        assert {signal.SIGKILL, *stopping} == OUTSIDE
        for one in OUTSIDE:
            for high in (0, 1 << 32):
                assert call(machine, "tgkill", PID, PID, one | high) == EPERM

    @pytest.mark.parametrize("pid", [0, 1, PID, -1, 1 << 31])
    def test_limits_can_be_read_and_not_set(self, machine: str, pid: int) -> None:
        for new in (0, 1, 4096, 1 << 31, 1 << 32, 1 << 63, -1):
            expected = seccomp.ALLOW if (pid, new) == (0, 0) else EPERM
            for resource in (0, 6, 7, 9, -1):
                got = call(machine, "prlimit64", pid, resource, new, 4096)
                assert got == expected

    def test_the_handler_of_blocked_calls_stays(self, machine: str) -> None:
        for one in range(65):
            expected = EPERM if one == signal.SIGSYS else seccomp.ALLOW
            assert call(machine, "rt_sigaction", one, -1, -1, 8) == expected
        assert call(machine, "rt_sigaction", signal.SIGSYS | 1 << 32) == EPERM


@pytest.mark.parametrize("machine", MACHINES)
class TestOneself:
    """Calls that reach other processes, or say something about them, if let."""

    def test_waiting_and_waking_stay_within_the_process(self, machine: str) -> None:
        private, realtime = 128, 256
        for operation in range(16):
            for clock in (0, realtime):
                # By the page of a file, and so with every process that maps it too.
                assert call(machine, "futex", 0, operation | clock) == ENOSYS
        passed = {
            value
            for value in {*range(1024), *edges(seccomp.build(PID, machine))}
            if call(machine, "futex", 0, value) == seccomp.ALLOW
        }
        wait, wake, wait_bits, wake_bits = 0, 1, 9, 10
        kinds = {wait, wake, wait_bits, wake_bits}
        assert {value & ~(private | realtime) for value in passed} == kinds
        assert all(value & private for value in passed)

    def test_memory_is_not_compared_with_that_of_others(self, machine: str) -> None:
        merge, cold, page_out, poison, offline = 12, 20, 21, 100, 101
        for advice in (merge, cold, page_out, poison, offline, 26, -1):
            assert call(machine, "madvise", 0, 4096, advice) == EINVAL
        free, huge, no_huge = 8, 14, 15
        for advice in (0, 4, free, huge, no_huge):
            assert call(machine, "madvise", 0, 4096, advice) == seccomp.ALLOW

    @pytest.mark.parametrize(
        "name", ["clock_gettime", "clock_getres", "clock_nanosleep"]
    )
    def test_the_clocks_of_other_processes_cannot_be_read(
        self, machine: str, name: str
    ) -> None:
        for clock in range(12):
            assert call(machine, name, clock) == seccomp.ALLOW
        for pid in (0, 1, 2, PID - 1, PID, 1 << 20):
            for kind in range(8):
                assert call(machine, name, (~pid << 3) | kind) == EINVAL
        for clock in (12, 16, 1 << 31, -1):
            assert call(machine, name, clock) == EINVAL

    @pytest.mark.parametrize("name", ["sched_getaffinity", "getpgid", "getsid"])
    def test_nothing_is_said_about_other_processes(
        self, machine: str, name: str
    ) -> None:
        for pid in (0, PID):
            assert call(machine, name, pid) == seccomp.ALLOW
        for pid in (1, 2, PID - 1, PID + 1, -1, -PID):
            assert call(machine, name, pid) == EPERM


def test_the_vsyscall_page_offers_only_what_is_allowed_anyway() -> None:
    # The kernel asks the filter before it answers there; the page has these three.
    for name in ("gettimeofday", "time", "getcpu"):
        assert call("x86_64", name) == seccomp.ALLOW


@pytest.mark.parametrize("uprobe", [335, 336])
def test_probes_are_refused_where_the_kernel_asks_the_filter(uprobe: int) -> None:
    code = seccomp.build(PID, "x86_64")
    assert run(code, seccomp.AUDIT_ARCH["x86_64"], uprobe) == EPERM


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
    "-D__ARCH_WANT_SYS_CLONE3",
    "-D__ARCH_WANT_MEMFD_SECRET",
)


@pytest.mark.parametrize("machine", MACHINES)
def test_the_table_agrees_with_the_kernels_headers(machine: str) -> None:
    header = HEADERS[machine]
    if not header.is_file():
        pytest.skip(f"{header} is not installed here")
    try:
        text = subprocess.run(
            [
                *("cc", "-E", "-dM", *CHOICES, str(header)),
            ],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no C preprocessor: {error}")
    defined = dict(re.findall(r"^#define (__NR\w+)\s+(\w+)", text, re.MULTILINE))
    denied = {name: both for group in DENIED.values() for name, both in group.items()}
    for name, numbers_here in {**NUMBERS, **denied, **BY_NAME}.items():
        value = defined.get(f"__NR_{name}", "")
        while value in defined:
            value = defined[value]
        expected = numbers_here[MACHINES.index(machine)]
        assert (int(value) if value else None) == expected, name
