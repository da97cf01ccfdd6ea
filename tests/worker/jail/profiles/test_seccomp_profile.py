"""The shipped profile allows what the worker needs, and nothing dangerous besides."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from tests.requirements import require
from tests.worker.jail.profiles import compiled
from worker.jail.profiles import SECCOMP
from worker.jail.profiles.seccomp_profile import profile, text
from worker.runner import syscalls

# Seen by tracing `grader grade` in T1 and `grader serve` on Debian 12, less what was
# tried in vain: chroot and ptrace (probes), mbind (OpenBLAS) and sethostname.
SEEN = [
    "accept4",
    "access",
    "arch_prctl",
    "bind",
    "brk",
    "capget",
    "capset",
    "chdir",
    "chmod",
    "clock_gettime",
    "clock_nanosleep",
    "clone",
    "close",
    "close_range",
    "connect",
    "creat",
    "dup2",
    "dup3",
    "epoll_create",
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "eventfd2",
    "execve",
    "exit",
    "exit_group",
    "faccessat2",
    "fchdir",
    "fchown",
    "fcntl",
    "fdatasync",
    "flock",
    "fstat",
    "fstatfs",
    "ftruncate",
    "futex",
    "getcwd",
    "getdents64",
    "getegid",
    "geteuid",
    "getgid",
    "getpeername",
    "getpid",
    "getppid",
    "getrandom",
    "getresgid",
    "getresuid",
    "getsockname",
    "getsockopt",
    "gettid",
    "getuid",
    "ioctl",
    "kill",
    "landlock_add_rule",
    "landlock_create_ruleset",
    "landlock_restrict_self",
    "link",
    "listen",
    "lseek",
    "madvise",
    "memfd_create",
    "mkdir",
    "mmap",
    "mount",
    "mprotect",
    "mremap",
    "munmap",
    "newfstatat",
    "openat",
    "pidfd_open",
    "pidfd_send_signal",
    "pipe2",
    "pivot_root",
    "poll",
    "prctl",
    "pread64",
    "prlimit64",
    "pwrite64",
    "read",
    "readlink",
    "readlinkat",
    "readv",
    "recvfrom",
    "recvmsg",
    "rmdir",
    "rseq",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sched_getaffinity",
    "sendmsg",
    "sendto",
    "set_robust_list",
    "set_tid_address",
    "setgroups",
    "setitimer",
    "setresgid",
    "setresuid",
    "setsid",
    "setsockopt",
    "setuid",
    "shutdown",
    "signalfd4",
    "socket",
    "socketpair",
    "stat",
    "statfs",
    "statx",
    "symlink",
    "sysinfo",
    "umask",
    "umount2",
    "uname",
    "unlink",
    "utimensat",
    "vfork",
    "wait4",
    "write",
    "writev",
]
DANGEROUS = [
    "acct",
    "add_key",
    "bpf",
    "chroot",
    "clock_settime",
    "delete_module",
    "fanotify_init",
    "finit_module",
    "fsopen",
    "init_module",
    "io_uring_setup",
    "ioperm",
    "iopl",
    "kcmp",
    "kexec_file_load",
    "kexec_load",
    "keyctl",
    "lookup_dcookie",
    "mbind",
    "mount_setattr",
    "move_mount",
    "name_to_handle_at",
    "open_by_handle_at",
    "open_tree",
    "perf_event_open",
    "personality",
    "pidfd_getfd",
    "process_vm_readv",
    "process_vm_writev",
    "ptrace",
    "quotactl",
    "reboot",
    "request_key",
    "setdomainname",
    "sethostname",
    "setns",
    "settimeofday",
    "swapoff",
    "swapon",
    "syslog",
    "unshare",
    "userfaultfd",
    "vhangup",
]
# The keys of the runtime specification that the runtimes agree on.
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["defaultAction", "defaultErrnoRet", "syscalls"],
    "properties": {
        "defaultAction": {"const": "SCMP_ACT_ERRNO"},
        "defaultErrnoRet": {"type": "integer", "minimum": 1, "maximum": 4095},
        "syscalls": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["names", "action"],
                "properties": {
                    "names": {
                        "type": "array",
                        "minItems": 1,
                        "uniqueItems": True,
                        "items": {"type": "string", "pattern": "^[a-z][a-z0-9_]+$"},
                    },
                    "action": {"enum": ["SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO"]},
                    "errnoRet": {"type": "integer", "minimum": 1, "maximum": 4095},
                    "args": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["index", "value", "op"],
                            "properties": {
                                "index": {"type": "integer", "maximum": 5},
                                "value": {"type": "integer", "minimum": 0},
                                "valueTwo": {"type": "integer", "minimum": 0},
                                "op": {"enum": [*compiled.OPERATORS]},
                            },
                        },
                    },
                },
            },
        },
    },
}


@pytest.fixture(scope="module")
def shipped() -> dict[str, Any]:
    return json.loads(SECCOMP.read_text("utf-8"))


def allowed(document: dict[str, Any]) -> set[str]:
    return {
        name
        for rule in document["syscalls"]
        if rule["action"] == "SCMP_ACT_ALLOW"
        for name in rule["names"]
    }


def unconditional(document: dict[str, Any]) -> Iterator[str]:
    for rule in document["syscalls"]:
        if rule["action"] == "SCMP_ACT_ALLOW" and "args" not in rule:
            yield from rule["names"]


def test_the_shipped_file_is_what_the_lists_give() -> None:
    assert SECCOMP.read_text("utf-8") == text()


def test_the_shipped_file_has_the_keys_that_all_runtimes_read(
    shipped: dict[str, Any],
) -> None:
    jsonschema.validate(shipped, SCHEMA)
    assert shipped["defaultErrnoRet"] == 1


def test_everything_that_the_jail_allows_is_allowed_around_it(
    shipped: dict[str, Any],
) -> None:
    needed = syscalls.ALLOWED | syscalls.ARGUMENT_CHECKED
    assert needed <= allowed(shipped)


def test_every_call_that_was_seen_is_allowed(shipped: dict[str, Any]) -> None:
    assert set(SEEN) <= allowed(shipped)


def test_no_dangerous_call_is_allowed(shipped: dict[str, Any]) -> None:
    assert not set(DANGEROUS) & allowed(shipped)


def test_of_what_is_evidence_in_a_jail_only_bubblewraps_calls_are_allowed(
    shipped: dict[str, Any],
) -> None:
    assert syscalls.EVIDENCE & allowed(shipped) == {"mount", "umount2", "pivot_root"}


def test_the_addition_is_four_calls_and_nothing_else(shipped: dict[str, Any]) -> None:
    without = set(unconditional(profile(namespaces=False)))
    assert set(unconditional(shipped)) - without == {
        *("clone", "mount", "umount2", "pivot_root")
    }


def test_clone3_fails_in_the_one_way_that_makes_libraries_fall_back(
    shipped: dict[str, Any],
) -> None:
    [rule] = [rule for rule in shipped["syscalls"] if "clone3" in rule["names"]]
    assert (rule["action"], rule["errnoRet"]) == ("SCMP_ACT_ERRNO", 38)


def test_every_name_is_one_that_a_runtimes_library_knows(
    shipped: dict[str, Any],
) -> None:
    try:
        seccomp = compiled.library()
    except OSError as error:
        require("libseccomp", str(error))
    # Newer than the oldest library that is still in use; left out there.
    new = {"epoll_pwait2", "fchmodat2", "futex_waitv"}
    unknown = {
        name
        for name in allowed(shipped) - new
        if seccomp.seccomp_syscall_resolve_name(name.encode()) == -1
    }
    assert unknown == set()
