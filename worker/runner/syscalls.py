"""System call numbers on both architectures, and what the filter says to each."""

from typing import Final

MACHINES: Final = ("x86_64", "aarch64")

# Name -> (x86_64, aarch64); None where the architecture has no such call.
NUMBERS: Final[dict[str, tuple[int | None, int | None]]] = {
    # Descriptors that are already open.
    "read": (0, 63),
    "readv": (19, 65),
    "pread64": (17, 67),
    "preadv": (295, 69),
    "write": (1, 64),
    "writev": (20, 66),
    "close": (3, 57),
    "lseek": (8, 62),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    "fstat": (5, 80),
    # Names of files; modules of the standard library are still imported.
    "open": (2, None),
    "openat": (257, 56),
    "stat": (4, None),
    "lstat": (6, None),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getcwd": (79, 17),
    "chdir": (80, 49),
    "getdents64": (217, 61),
    # Memory.
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "brk": (12, 214),
    "get_mempolicy": (239, 236),
    # Signals to itself, waiting, clocks.
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "rt_sigpending": (127, 136),
    "rt_sigsuspend": (130, 133),
    "rt_sigtimedwait": (128, 137),
    "sigaltstack": (131, 132),
    "pause": (34, None),
    "alarm": (37, None),
    "getitimer": (36, 102),
    "setitimer": (38, 103),
    "restart_syscall": (219, 128),
    "sched_yield": (24, 124),
    "getcpu": (309, 168),
    "nanosleep": (35, 101),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "times": (100, 153),
    # About itself and the machine.
    "getrusage": (98, 165),
    "getrlimit": (97, 163),
    "sysinfo": (99, 179),
    "uname": (63, 160),
    "getrandom": (318, 278),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getppid": (110, 173),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "getgroups": (115, 158),
    "getresuid": (118, 148),
    "getresgid": (120, 150),
    "getpgrp": (111, None),
    "umask": (95, 166),
    "exit": (60, 93),
    "exit_group": (231, 94),
    # Decided by their arguments.
    "futex": (202, 98),
    "madvise": (28, 233),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "sched_getaffinity": (204, 123),
    "getpgid": (121, 155),
    "getsid": (124, 156),
    "ioctl": (16, 29),
    "fcntl": (72, 25),
    "tgkill": (234, 131),
    "prlimit64": (302, 261),
    "rt_sigaction": (13, 134),
    # Nothing that solves an assignment comes here: the attempt itself is evidence.
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "pidfd_getfd": (438, 438),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
}

ARGUMENT_CHECKED: Final = frozenset(
    {
        "futex",
        "madvise",
        "clock_gettime",
        "clock_getres",
        "clock_nanosleep",
        "sched_getaffinity",
        "getpgid",
        "getsid",
        "ioctl",
        "fcntl",
        "tgkill",
        "prlimit64",
        "rt_sigaction",
    }
)

EVIDENCE: Final = frozenset(
    {
        "ptrace",
        "process_vm_readv",
        "process_vm_writev",
        "kcmp",
        "unshare",
        "setns",
        "mount",
        "umount2",
        "pivot_root",
        "swapon",
        "swapoff",
        "reboot",
        "bpf",
        "perf_event_open",
        "userfaultfd",
        "add_key",
        "request_key",
        "keyctl",
        "init_module",
        "finit_module",
        "delete_module",
        "kexec_load",
        "kexec_file_load",
        "name_to_handle_at",
        "open_by_handle_at",
        "pidfd_getfd",
        "io_uring_setup",
        "io_uring_enter",
        "io_uring_register",
        "open_tree",
        "move_mount",
        "fsopen",
        "fsconfig",
        "fsmount",
        "fspick",
        "mount_setattr",
    }
)

ALLOWED: Final = frozenset(NUMBERS) - ARGUMENT_CHECKED - EVIDENCE

# What a tier without any wall around the file system takes away as well. The calls
# that only tell about a file stay: the import system asks before it opens.
OPENING: Final = frozenset(
    {"open", "openat", "readlink", "readlinkat", "chdir", "access", "faccessat"}
    | {"faccessat2"}
)


def number(name: str, machine: str) -> int | None:
    """Return the number of a call, or ``None`` if the architecture has none."""
    return NUMBERS[name][MACHINES.index(machine)]


def numbers(names: frozenset[str], machine: str) -> list[int]:
    """Return the numbers of those calls that the architecture has, in order."""
    found = (number(name, machine) for name in names)
    return sorted(value for value in found if value is not None)


def evidence_name(value: int, machine: str) -> str:
    """Return the name of a call on the evidence list, or an empty string."""
    return next((name for name in EVIDENCE if number(name, machine) == value), "")
