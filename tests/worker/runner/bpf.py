"""An interpreter of classic BPF, as far as system call filters use it."""

import struct
from typing import Final

from worker.runner import seccomp

MOST_INSTRUCTIONS: Final = 4096  # BPF_MAXINSNS; the kernel refuses a longer program.


class BadProgramError(Exception):
    """The kernel would not have loaded this."""


def run(code: bytes, arch: int, called: int, *arguments: int) -> int:
    """Interpret a program as the kernel does and return its verdict.

    Numbers of calls and arguments may be negative, as in C.
    """
    filled = [value % (1 << 64) for value in (*arguments, 0, 0, 0, 0, 0, 0)][:6]
    data = struct.pack("<IIQ6Q", called % (1 << 32), arch, 0, *filled)
    program = list(struct.iter_unpack("<HBBI", code))
    at, accumulator = 0, 0
    while at < len(program):
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
            raise BadProgramError(f"unknown instruction {operation:#x}")
    raise BadProgramError("a path does not end with a verdict")


def edges(code: bytes) -> list[int]:
    """Return one number from each class that the program can tell apart.

    It compares with constants only, so its verdict can only change beside one of them.
    """
    constants = {value for _, _, _, value in struct.iter_unpack("<HBBI", code)}
    beside = {constant + step for constant in constants for step in (-1, 0, 1)}
    return sorted({value % (1 << 32) for value in beside | {0, -1, 1 << 31}})
