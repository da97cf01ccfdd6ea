"""Student code of every kind, as one file that enters a jail; never imported here.

Each function is one case; the binding in the configuration calls the one asked for.
"""
# mypy: ignore-errors
# ruff: noqa: T201, SIM105, SIM115, PT018

import ctypes
import gc
import importlib
import multiprocessing
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import threading
import time

import numpy as np

STATE = []
REPLY, REQUEST = 4, 3


def right():
    return np.arange(6.0).reshape(2, 3)


def greet():
    print("hello", "\x1b[31mred\x1b[0m")
    return right()


def draws():
    rng = np.random.default_rng()
    return np.array([random.random(), np.random.rand(), rng.random()])  # noqa: NPY002


def remember():
    STATE.append(1)
    os.environ["LEFT"] = "behind"
    return len(STATE)


def loop():
    while True:
        pass


def sleep():
    time.sleep(1000)


def ignore_signals():
    for number in range(1, 32):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    loop()


def huge_array():
    return np.ones(1 << 30)


def growing_list():
    hog = []
    while True:
        hog.append("x" * 1_000_000 + str(len(hog)))


def growing_forever():
    while True:
        STATE.append(bytearray(1 << 20))


def flood():
    while True:
        print("y" * 1000)


def chatty():
    for number in range(20_000):
        print(number)
    return right()


def leave():
    sys.exit(0)


def leave_at_once():
    print("last words", flush=True)
    os._exit(0)


def recurse_in_c():
    sys.setrecursionlimit(1 << 30)

    class Deep:
        def __repr__(self):
            return repr(self)

    repr(Deep())


def abort():
    os.abort()


def fork():
    os.fork()


def spawn():
    subprocess.run(["/bin/sh"])


def pool():
    multiprocessing.Process(target=right).start()


def thread():
    threading.Thread(target=right).start()


def connect():
    socket.create_connection(("127.0.0.1", 80))


def read_passwd():
    open("/etc/passwd").read()


def read_proc():
    open("/proc/self/environ").read()


def write_file():
    open("results.json", "w").write("{}")


def keyboard():
    return float(input("rate? "))


def environment():
    assert not os.environ, dict(os.environ)
    pointer = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
    found = []
    while pointer and pointer[len(found)]:
        found.append(pointer[len(found)])
    assert not found, found
    return right()


def imports():
    for name in (
        "reference",
        "sqlalchemy",
        "flask",
        "celery",
        "pytest",
        "grader.engine",
        "grader.models",
        "worker.jail",
        "worker.tasks",
    ):
        try:
            importlib.import_module(name)
        except ModuleNotFoundError:
            continue
        raise AssertionError(name)
    return right()


def standard_library():
    import dataclasses
    import decimal
    import statistics
    import typing

    assert dataclasses and decimal and typing
    return statistics.mean([1.0, 2.0])


def identity():
    return np.array([*os.getresuid(), *os.getresgid(), len(os.getgroups())])


def descriptors():
    found = []
    for number in range(64):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    return np.array(found)


def trace():
    ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0)
    return right()


def other_architecture():
    # mov eax, 20 (getpid in the 32-bit table); int 0x80; ret
    code = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"
    import mmap

    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    return ctypes.CFUNCTYPE(ctypes.c_int)(address)()


def survive_a_trace():
    try:
        signal.signal(signal.SIGSYS, signal.SIG_IGN)
    except OSError:
        pass
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGSYS})
    return trace()


def kill_others():
    for target in (1, os.getppid(), -1, os.getpid()):
        try:
            os.kill(target, signal.SIGKILL)
        except PermissionError:
            continue
        raise AssertionError(target)
    return right()


def kill_itself():
    libc = ctypes.CDLL(None)
    libc.tgkill(os.getpid(), os.getpid(), signal.SIGKILL)
    return right()


def raise_limits():
    for which in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE):
        soft, _ = resource.getrlimit(which)
        try:
            resource.setrlimit(which, (soft, resource.RLIM_INFINITY))
        except (PermissionError, ValueError):
            continue
        raise AssertionError(which)
    return right()


def object_array():
    return np.array([object()])


def text():
    return "2.0"


def nothing():
    return None


def larger_than_read():
    return np.zeros(3 << 20, np.uint8)


def garbage_everywhere():
    for number in range(1, 16):
        try:
            os.write(number, b"\x00garbage" * 50)
        except OSError:
            pass
    time.sleep(1000)


def forged_frame():
    from grader.contract.codec import Frame, FrameKind, encode

    frame = Frame(1, FrameKind.COMPLETED, {"out": np.ones(3)}, {})
    for part in encode(frame):
        os.write(REPLY, part)
    time.sleep(1000)


def answer_ahead():
    child = _runner()
    child._answer_under(child._nonce + 1)
    child._send(child.FrameKind.COMPLETED, {"out": np.ones(3)}, {})
    time.sleep(1000)


def wrong_kind_of_frame():
    _say("LOCKED")


def endless_parts():
    while True:
        _say("PARTIAL")


def huge_promise():
    child = _runner()
    child._send(
        child.FrameKind.COMPLETED,
        {"out": np.lib.stride_tricks.as_strided(np.zeros(1), (1 << 28,), (0,))},
        {},
    )


def lying_phase():
    child = _runner()
    child._send(child.FrameKind.RAISED, {}, {"fault.phase": "x", "fault.line": "-5"})
    time.sleep(1000)


def _runner():
    return sys.modules["worker.runner.child"]


def _say(kind):
    child = _runner()
    child._send(child.FrameKind[kind], {}, {"phase": "forward"})


def close_everything():
    os.closerange(0, 64)
    loop()


def close_the_answer():
    os.close(REPLY)
    loop()


def break_the_runner():
    import builtins

    for module in list(sys.modules.values()):
        if "runner" in getattr(module, "__name__", ""):
            vars(module).clear()
    builtins.len = None
    gc.collect()


def change_input(x):
    x += 1
    return x
