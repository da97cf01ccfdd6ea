"""Submissions that leave notes for the next check, or reach for those beside them.

Every check runs in a process of its own, so a note that one leaves and another finds
is told by the second. In all tiers but the strongest the jail is the same one for all
entries, so a note would also be found by the next submission.
"""

from tests.jail.battery.entry import Attack, harmless

# ``shut`` says which error numbers mean that it was refused and not just of no use.
CALLS = """
def shut(number, *arguments, by=(1, 38)):
    values = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    values += [ctypes.c_long(0)] * (6 - len(values))
    if libc.syscall(ctypes.c_long(number), *values) != -1:
        print("LOOT", number, arguments)
    elif ctypes.get_errno() not in by:
        print("LOOT", number, arguments, ctypes.get_errno())

intel = os.uname().machine == "x86_64"
parent = os.getppid()
"""


def beside(id: str, what: str, body: str) -> Attack:
    """Return an entry that must be refused what it tries, by name or by number."""
    return harmless(id, what, CALLS + body)


ATTACKS: tuple[Attack, ...] = (
    beside(
        "S1",
        "leaves a note on what it inherited and the next check inherits",
        """
import fcntl, resource
noted = os.O_APPEND | os.O_NONBLOCK | os.O_DIRECT | os.O_NOATIME
for number in range(5):
    flags = fcntl.fcntl(number, fcntl.F_GETFL)
    if flags & noted:
        print("LOOT note", number, flags)
    attempt(fcntl.fcntl, number, fcntl.F_SETFL, flags | os.O_APPEND | os.O_NONBLOCK)
    attempt(os.set_blocking, number, False)
    for hint in (1024, 1026, 1036, 1038, 1031, 8, 10, 15):
        attempt(fcntl.fcntl, number, hint, 1)
try:
    if os.lseek(0, 0, os.SEEK_CUR):
        print("LOOT place")
    os.lseek(0, 77, os.SEEK_SET)
except OSError:
    pass
mask = os.umask(0o123)
if mask == 0o123 or os.getcwd() == "/etc":
    print("LOOT mask", mask)
""",
    ),
    beside(
        "S2",
        "asks about every other process",
        """
import time
for pid in (parent, 1, 2, @GRADER@, @SIBLING@, 1 << 21):
    for ask in (os.sched_getaffinity, os.getpgid, os.getsid, os.sched_getparam,
                os.sched_getscheduler, os.sched_rr_get_interval):
        try:
            print("LOOT", ask, pid, ask(pid))
        except PermissionError:
            pass
    attempt(os.getpriority, os.PRIO_PROCESS, pid)
    # The processor time that others have used up: a clock with a negative number.
    for kind in range(8):
        clock = (~pid << 3) | kind
        attempt(time.clock_gettime, clock)
        attempt(time.clock_getres, clock)
    shut(274 if intel else 100, pid)
    shut(252 if intel else 31, 1, pid)
""",
    ),
    beside(
        "S3",
        "takes the turn from its parent, or hands itself another place",
        """
import resource
for pid in (0, parent, @GRADER@, @SIBLING@):
    attempt(os.sched_setaffinity, pid, {0})
    attempt(os.sched_setscheduler, pid, os.SCHED_IDLE, os.sched_param(0))
    attempt(os.sched_setparam, pid, os.sched_param(0))
    attempt(os.setpriority, os.PRIO_PROCESS, pid, 19)
    attempt(os.setpgid, pid, 0)
    attempt(resource.prlimit, pid, resource.RLIMIT_CPU, (0, 0))
    attempt(resource.prlimit, pid, resource.RLIMIT_NOFILE, (0, 0))
    shut(314 if intel else 274, pid)
    shut(251 if intel else 30, 1, pid, 3 << 13)
    shut(256 if intel else 238, pid)
    shut(279 if intel else 239, pid)
attempt(os.nice, 1)
attempt(os.setsid)
# Queued signals, of which a user has so many in all processes together.
own = os.getpid()
for signal in (34, 40, 64):
    shut(234 if intel else 131, own, own, signal)
for path in ("self", parent, "thread-self"):
    for name in ("oom_score_adj", "oom_adj", "timerslack_ns", "autogroup", "comm"):
        attempt(os.open, f"/proc/{path}/{name}", os.O_RDWR)
shut(222 if intel else 107, 0)
""",
    ),
    beside(
        "S4",
        "waits for those beside it on a page of the C library",
        """
page = ctypes.cast(libc.getpid, ctypes.c_void_p).value & ~4095
there = ctypes.c_uint.from_address(page).value
soon = (ctypes.c_long * 2)(0, 1000)
futex = 202 if intel else 98
for operation in range(16):
    for clock in (0, 256):
        shut(futex, page, operation | clock, there, soon, page, 0)
# Locks that know their owner are a wide road into the kernel, and nobody needs them.
word = ctypes.c_uint(0)
for operation in (6, 7, 8, 11, 12, 13, 3, 4, 5):
    shut(futex, ctypes.addressof(word), operation | 128, 1, soon, page, 0)
shut(449, 0)
for command in (1, 2, 4, 8, 16, 32, 64, 128):
    shut(324 if intel else 283, command)
""",
    ),
    beside(
        "S5",
        "compares and pushes out pages that others have as well",
        """
import fcntl, mmap
own = mmap.mmap(-1, 1 << 16)
for advice in (12, 20, 21, 22, 23, 24, 25, 100, 101, 102, 103):
    attempt(own.madvise, advice)
page = ctypes.cast(libc.getpid, ctypes.c_void_p).value & ~4095
shut(28 if intel else 233, page, 4096, 21, by=(22,))
shut(27 if intel else 232, page, 4096, ctypes.create_string_buffer(16))
try:
    readable = os.open(os.__file__, os.O_RDONLY)
except OSError:
    readable = 0
attempt(os.posix_fadvise, readable, 0, 0, os.POSIX_FADV_DONTNEED)
for lock in (fcntl.LOCK_SH, fcntl.LOCK_EX | fcntl.LOCK_NB):
    attempt(fcntl.flock, readable, lock)
    attempt(fcntl.lockf, readable, lock)
for command in (fcntl.F_SETLEASE, fcntl.F_NOTIFY, 37, 36):
    attempt(fcntl.fcntl, readable, command, bytes(32))
attempt(lambda: mmap.mmap(readable, 4096, mmap.MAP_SHARED, mmap.PROT_WRITE))
shut(187 if intel else 213, readable, 0, 4096)
shut(451, readable)
""",
    ),
    beside(
        "S6",
        "leaves memory, queues and sockets under a name for others",
        r"""
for key in (0, 1, 0x5EC):
    for number in (29, 64, 68) if intel else (194, 190, 186):
        shut(number, key, 4096, 0o1666)
shut(240 if intel else 180, ctypes.c_char_p(b"/note"), 0o102, 0o666)
for flags in (0, 1, 2, 4, 8):
    shut(319 if intel else 279, ctypes.c_char_p(b"note"), flags)
shut(447, 0)
import socket
attempt(lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).bind("\0note"))
attempt(lambda: socket.fromfd(0, socket.AF_UNIX, socket.SOCK_STREAM).getsockname())
for number in range(5):
    shut(46 if intel else 211, number)
    shut(47 if intel else 212, number)
for path in ("/dev/shm/note", "/dev/mqueue/note", "/tmp/note", "/var/tmp/note"):
    attempt(read, path)
    attempt(open, path, "w")
""",
    ),
    beside(
        "S7",
        "puts a filter of its own over the filter, or takes it out of the way",
        """
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]
allow = bytes([6, 0, 0, 0]) + (0x7FFF0000).to_bytes(4, "little")
program = ctypes.byref(Program(1, allow))
for flags in (0, 1, 2, 4, 8, 16, 8 | 16, 32):
    # 8 hands every decision to whoever holds the listener.
    shut(317 if intel else 277, 1, flags, program)
for operation in range(4):
    shut(317 if intel else 277, operation, 0, program)
for option in (1, 4, 22, 23, 24, 35, 36, 38, 47, 52, 53, 59, 65, 67, 0x59616D61):
    shut(157 if intel else 167, option, 1, 0, 0)
shut(157 if intel else 167, 22, 2, program)
for number in (444, 445, 446):
    shut(number, 0)
for kind in (0x0040000, 0x0008, 0x20000, 0xFFFFFFFF):
    shut(135 if intel else 92, kind)
if intel:
    for number in (154, 158, 172, 173):
        shut(number, 1, ctypes.create_string_buffer(16), 16)
""",
    ),
    beside(
        "S8",
        "numbers beyond the table, and those that no filter is asked about",
        """
import signal
for number in (*range(471, 1100), 4095, 1 << 16, (1 << 30) - 1):
    shut(number, by=(38,))
# Newer kernels carry these two out past every filter. Without a probe, which only an
# administrator sets, they fail: by a signal, or by an error number.
if intel:
    calls = []
    signal.signal(signal.SIGILL, lambda *_: calls.append(1))
    for number in (335, 336):
        shut(number, by=(1, 6, 38) if not calls else range(256))
""",
    ),
    beside(
        "S9",
        "makes processes, threads and namespaces by every call and flag",
        """
arguments = (ctypes.c_ulong * 11)(0x7E020000, *[0] * 10)
for flags in (17, 0x4111, 0x3D0F00, 0x10000011, 0x20000011, 0x7E020011):
    shut(56 if intel else 220, flags)
    arguments[0] = flags & ~0xFF
    for size in (64, 80, 88):
        shut(435, arguments, size)
shut(322 if intel else 281, 0, ctypes.c_char_p(b""), 0, 0, 0x1000)
shut(322 if intel else 281, 3, ctypes.c_char_p(b""), 0, 0, 0x1000)
for number in (434, 424, 440, 448):
    shut(number, parent)
""",
    ),
)
