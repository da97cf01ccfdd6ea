"""Turn a profile into the filter that a container's runtime loads, with its library."""

import ctypes
import errno
import tempfile
from typing import Any

LIBRARY = "libseccomp.so.2"
ACTIONS = {"SCMP_ACT_ALLOW": 0x7FFF0000, "SCMP_ACT_ERRNO": 0x00050000}
OPERATORS = {"SCMP_CMP_EQ": 4, "SCMP_CMP_MASKED_EQ": 7}


class Comparison(ctypes.Structure):
    _fields_ = (
        ("index", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("value", ctypes.c_uint64),
        ("value_two", ctypes.c_uint64),
    )


def library() -> ctypes.CDLL:
    """Load libseccomp; raises ``OSError`` where there is none."""
    found = ctypes.CDLL(LIBRARY)
    found.seccomp_init.restype = ctypes.c_void_p
    found.seccomp_init.argtypes = (ctypes.c_uint32,)
    found.seccomp_rule_add_array.argtypes = (
        *(ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint),
        ctypes.POINTER(Comparison),
    )
    found.seccomp_export_bpf.argtypes = (ctypes.c_void_p, ctypes.c_int)
    found.seccomp_release.argtypes = (ctypes.c_void_p,)
    return found


def program(profile: dict[str, Any]) -> bytes:
    """Return the profile as a classic BPF program for this machine.

    Names that the library does not know are left out, as a runtime does.
    """
    seccomp = library()
    default = ACTIONS[profile["defaultAction"]] | profile["defaultErrnoRet"]
    context = seccomp.seccomp_init(default)
    for rule in profile["syscalls"]:
        action = ACTIONS[rule["action"]] | rule.get("errnoRet", 0)
        arguments = [
            Comparison(a["index"], OPERATORS[a["op"]], a["value"], a["valueTwo"])
            for a in rule.get("args", [])
        ]
        compared = (Comparison * len(arguments))(*arguments)
        for name in rule["names"]:
            number = seccomp.seccomp_syscall_resolve_name(name.encode())
            if number < 0:
                continue
            added = seccomp.seccomp_rule_add_array(
                context, action, number, len(arguments), compared
            )
            assert added in {0, -errno.EEXIST}, (name, added)
    with tempfile.TemporaryFile() as file:
        assert seccomp.seccomp_export_bpf(context, file.fileno()) == 0
        seccomp.seccomp_release(context)
        file.seek(0)
        return file.read()
