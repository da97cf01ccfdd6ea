"""Submissions that take too much: time, memory, output, files, processes."""

from tests.jail.battery.entry import (
    ERRORED,
    HASTY,
    HASTY_LOAD,
    HONEST,
    Attack,
    harmless,
    in_forward,
    stopped,
    unloadable,
)

SLOW = "Tanh.forward did not return within 0.4 s. Does every loop end?"
SLOW_LOAD = "Importing your file did not return within 0.4 s."
MUCH_MEMORY = "of memory"
FLOOD = (("log_bytes_fatal", 1 << 20),)
SMALL_REPLY = (("reply_bytes", 1 << 20),)
LITTLE_CPU = (("cpu_seconds", 1),)

ATTACKS: tuple[Attack, ...] = (
    stopped("R1", "endless loop", "while True: pass", SLOW, limits=HASTY),
    unloadable(
        "R2", "endless loop at import", "while True: pass", SLOW_LOAD, limits=HASTY_LOAD
    ),
    stopped("R3", "sleeps", "import time; time.sleep(1000)", SLOW, limits=HASTY),
    stopped(
        "R4",
        "ignores every signal, then spins",
        """
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True: pass
""",
        SLOW,
        limits=HASTY,
    ),
    stopped(
        "R4-cpu",
        "spins past the processor limit before the deadline",
        "while True: pass",
        "Tanh.forward had used 1 s of processor time and was ended.",
        limits=LITTLE_CPU,
    ),
    stopped(
        "R5",
        "fork bomb",
        "while True: os.fork()",
        "The system refuses this here: no files, network, processes or threads",
    ),
    harmless(
        "R5-raw",
        "forks by every call that there is",
        """
for number in (56, 57, 58, 435) if os.uname().machine == "x86_64" else (220, 435):
    if libc.syscall(number, 0, 0, 0, 0, 0) != -1:
        print("LOOT", number)
""",
    ),
    stopped(
        "R6",
        "thread bomb",
        "import threading\nwhile True: threading.Thread(target=print).start()",
        "Threads are not available here.",
    ),
    stopped(
        "R6-pool",
        "pool of threads",
        "from concurrent.futures import ThreadPoolExecutor\n"
        "list(ThreadPoolExecutor(8).map(abs, range(9)))",
        "Threads are not available here.",
    ),
    stopped("R7", "huge array", "np.ones(1 << 30)", MUCH_MEMORY),
    stopped(
        "R8",
        "list without end",
        "hog = []\nwhile True: hog.append(bytearray(1 << 20))",
        MUCH_MEMORY,
    ),
    stopped(
        "R9",
        "swallows the error and goes on",
        """
hog = []
while True:
    try:
        hog.append(bytearray(1 << 24))
    except MemoryError:
        pass
""",
        SLOW,
        limits=HASTY,
    ),
    stopped(
        "R9-pages",
        "maps memory page by page",
        "import mmap\npages = []\nwhile True: pages.append(mmap.mmap(-1, 1 << 22))",
        "Cannot allocate memory",
    ),
    harmless(
        "R9-lock",
        "locks memory, asks for huge pages",
        "attempt(lambda: 1 // (libc.mlockall(3) == 0))\n"
        "attempt(lambda: 1 // (libc.mlock(id(os), 1 << 20) == 0))",
    ),
    stopped(
        "R11",
        "prints without end",
        "while True: print('y' * 1000)",
        "printed more than 1 MB",
        limits=FLOOD,
    ),
    stopped(
        "R11-line",
        "prints megabytes without a line end",
        "while True: sys.stdout.write('y' * 65536)",
        "printed more than 1 MB",
        limits=FLOOD,
    ),
    stopped(
        "R11-raw",
        "floods the log past Python's streams",
        "while True: os.write(2, b'y' * 65536)",
        "printed more than 1 MB",
        limits=FLOOD,
    ),
    stopped(
        "R12",
        "writes a huge file",
        "open('/tmp/huge', 'wb').write(bytes(1 << 30))",
        "Files cannot be read or written here",
    ),
    harmless(
        "R13",
        "millions of small files",
        """
for folder in ("@FOLDER@", "/tmp", "/dev/shm", "/var/tmp", ".", "/run"):
    attempt(open, f"{folder}/small", "w")
    attempt(os.mkdir, f"{folder}/small")
    attempt(os.mknod, f"{folder}/small")
    attempt(os.symlink, "/etc", f"{folder}/small")
import tempfile
attempt(tempfile.mkstemp)
attempt(tempfile.TemporaryFile)
""",
    ),
    harmless(
        "R14",
        "opens descriptors until there are none",
        """
try:
    while True: os.dup(0)
except OSError:
    os.closerange(5, 4096)
""",
    ),
    stopped(
        "R15",
        "answer of many megabytes",
        "return np.zeros(3 << 17)",
        "far larger than expected: an array of shape (393216,)",
        limits=SMALL_REPLY,
    ),
    stopped(
        "R16",
        "array of 2**40 entries that takes eight bytes",
        "return np.broadcast_to(0.0, (1 << 40,))",
        MUCH_MEMORY,
    ),
    stopped(
        "R17",
        "recursion without end in C",
        """
sys.setrecursionlimit(1 << 30)
class Deep:
    def __repr__(self): return repr(self)
repr(Deep())
""",
        "Does something call itself without end?",
    ),
    stopped(
        "R17-crash",
        "reads the address 0",
        "ctypes.string_at(0)",
        "crashed the Python interpreter",
    ),
    stopped(
        "R17-abort",
        "aborts",
        "os.abort()",
        "crashed the Python interpreter",
    ),
    stopped(
        "R18",
        "power tower of whole numbers",
        "return 10 ** 10 ** 9",
        SLOW,
        limits=HASTY,
    ),
    stopped(
        "R18-decimal",
        "decimal with a billion digits",
        "import decimal\n"
        "decimal.getcontext().prec = 10 ** 6\n"
        "return decimal.Decimal(2) ** decimal.Decimal('0.3')",
        SLOW,
        limits=HASTY,
    ),
    stopped(
        "R19",
        "catastrophic regular expression",
        "import re\nre.match(r'(a+)+$', 'a' * 64 + 'b')",
        SLOW,
        limits=HASTY,
    ),
    stopped(
        "R20",
        "colliding hashes",
        "{key: 0 for key in (number * ((1 << 61) - 1) for number in range(1 << 16))}",
        SLOW,
        limits=HASTY,
    ),
    unloadable(
        "R21",
        "never reads a request",
        f"{HONEST}\nimport time; time.sleep(1000)",
        SLOW_LOAD,
        limits=HASTY_LOAD,
    ),
    stopped(
        "R22",
        "sleeps while its output is flushed",
        "import time\n"
        "class Slow:\n"
        "    def write(self, text): pass\n"
        "    def flush(self): time.sleep(1000)\n"
        "sys.stdout = Slow()",
        "did not return within 0.4 s",
        limits=HASTY,
    ),
    stopped(
        "R24",
        "timer that interrupts everything",
        """
import signal
def again(*_): raise KeyboardInterrupt("again")
signal.signal(signal.SIGALRM, again)
signal.setitimer(signal.ITIMER_REAL, 0.01)
while True: pass
""",
        "raised KeyboardInterrupt (mlp.py, line",
    ),
    unloadable(
        "R25",
        "expression nested a million deep",
        "x = " + "(" * 100_000 + ")" * 100_000,
        "SyntaxError",
    ),
    unloadable(
        "R26",
        "enormous text by one short expression",
        "x = 'x' * (1 << 40)",
        MUCH_MEMORY,
    ),
    Attack(
        id="R27",
        what="iterator without end in place of an answer",
        source=in_forward("import itertools\nreturn list(itertools.repeat(0.0))"),
        verdicts=(ERRORED, ERRORED),
        words=MUCH_MEMORY,
    ),
    unloadable(
        "R28",
        "import without end",
        "import mlp_0",
        "raised RecursionError",
        files=(
            (
                "mlp_0.py",
                b"import sys, importlib\n"
                b"def load(n):\n"
                b"    sys.modules.pop('mlp_0')\n"
                b"    return importlib.import_module('mlp_0')\n"
                b"load(0)\n",
            ),
        ),
    ),
)
