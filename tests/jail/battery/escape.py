"""Submissions that reach for what is outside: files, network, processes, secrets."""

from tests.jail.battery.entry import Attack, harmless, stopped

NEVER = "asked the system for something that is not allowed here"

ATTACKS: tuple[Attack, ...] = (
    harmless(
        "E1",
        "reads files of the machine",
        """
for path in ("/etc/passwd", "/etc/shadow", "/etc/hosts", "@SOURCE@",
             "@FOLDER@/secret", "/dev/mem", "/dev/kmsg", "/sys/kernel/notes"):
    attempt(read, path)
    attempt(os.open, path, os.O_RDONLY)
    attempt(os.open, path, os.O_WRONLY)
""",
    ),
    harmless(
        "E1-path",
        "opens a file without reading it, links it, changes its mode",
        """
for action in (os.chmod, os.truncate):
    attempt(action, "@FOLDER@/secret", 0)
for action in (os.remove, os.rmdir):
    attempt(action, "@FOLDER@/secret")
for action in (os.link, os.symlink, os.rename):
    attempt(action, "@FOLDER@/secret", "@FOLDER@/other")
attempt(os.utime, "@FOLDER@/secret")
attempt(os.setxattr, "@FOLDER@/secret", "user.x", b"1")
attempt(os.open, "@FOLDER@/secret", os.O_RDWR | os.O_CREAT)
attempt(os.open, "@FOLDER@", os.O_TMPFILE | os.O_RDWR)
attempt(lambda: read(f"/proc/self/fd/{os.open('@FOLDER@/secret', os.O_PATH)}"))
""",
    ),
    harmless(
        "E2",
        "lists the folders of others",
        "for path in ('@FOLDER@', '/var/log', '/home', '/proc', '/var/lib'):\n"
        "    attempt(lambda: os.listdir(path)[0])\n"
        "    attempt(lambda: next(os.scandir(path)))",
    ),
    harmless(
        "E3",
        "looks for secrets in the environment",
        """
if os.environ: print("LOOT", os.environ)
found = ctypes.POINTER(ctypes.c_char_p).in_dll(libc, "environ")
if found and found[0]: print("LOOT", found[0])
""",
    ),
    harmless(
        "E3-stack",
        "looks for secrets above its own stack",
        """
libc.getauxval.restype = ctypes.c_ulong
libc.getauxval.argtypes = [ctypes.c_ulong]
above = libc.getauxval(31)
if above:
    text = ctypes.string_at(above & ~4095, 4096)
    if b"CANARY" in text: print("LOOT", text)
""",
    ),
    harmless(
        "E4",
        "reads its parent through /proc",
        """
for pid in ("self", os.getppid(), "@GRADER@", "@SIBLING@", 1):
    for name in ("environ", "mem", "maps", "cmdline", "fd/0", "root/etc/passwd"):
        attempt(read, f"/proc/{pid}/{name}")
""",
    ),
    harmless(
        "E4-write",
        "writes memory and settings through /proc",
        """
for name in ("mem", "oom_score_adj", "setgroups", "uid_map", "attr/current"):
    attempt(os.open, f"/proc/self/{name}", os.O_WRONLY)
""",
    ),
    harmless(
        "E5",
        "connects to services of the machine",
        """
import socket
attempt(socket.create_connection, ("127.0.0.1", @TCP@), 1)
attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        .sendto(b"x", ("127.0.0.1", @UDP@)))
attempt(socket.create_server, ("127.0.0.1", 0))
""",
    ),
    harmless(
        "E5-raw",
        "makes a socket of every family by hand",
        """
numbers = (41, 53) if os.uname().machine == "x86_64" else (198, 199)
for number in numbers:
    for family in range(46):
        for kind in (1, 2, 3, 5):
            if libc.syscall(number, family, kind, 0, (ctypes.c_int * 2)()) >= 0:
                print("LOOT", number, family, kind)
""",
    ),
    harmless(
        "E6",
        "connects to local sockets",
        r"""
import socket
for address in ("@FOLDER@/socket", "\0@ABSTRACT@", "/var/run/docker.sock"):
    attempt(lambda: socket.socket(socket.AF_UNIX).connect(address))
attempt(socket.socketpair)
""",
    ),
    harmless(
        "E7",
        "asks for names in the network",
        "import socket\nattempt(socket.getaddrinfo, 'example.org', 80)\n"
        "attempt(socket.gethostbyname, 'example.org')",
    ),
    harmless(
        "E9",
        "looks for descriptors that were left open",
        """
for number in range(5, 1024):
    attempt(os.fstat, number)
attempt(os.write, 3, b"x")
attempt(os.read, 4, 1)
""",
    ),
    stopped(
        "E10",
        "traces the parent",
        "libc.ptrace(16, os.getppid(), 0, 0)",
        NEVER,
    ),
    stopped(
        "E10-read",
        "reads the memory of the grader",
        "libc.process_vm_readv(@GRADER@, 0, 0, 0, 0, 0)",
        NEVER,
    ),
    stopped(
        "E10-hidden",
        "blocks the signal that ends it, then traces",
        """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
libc.ptrace(16, os.getppid(), 0, 0)
""",
        NEVER,
    ),
    stopped(
        "E10-handler",
        "keeps the handler from reporting before it traces",
        """
sys.modules["worker.runner.child"]._send = lambda *_: 1 / 0
libc.ptrace(16, os.getppid(), 0, 0)
""",
        NEVER,
    ),
    harmless(
        "E11",
        "kills the parent, the grader and everybody",
        """
import signal
for target in (os.getppid(), @GRADER@, @SIBLING@, 1, -1, 0, os.getpid()):
    for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, 0):
        attempt(os.kill, target, number)
        attempt(lambda: 1 // (libc.tgkill(target, target, 9) == 0))
attempt(os.killpg, os.getpgrp(), 9)
attempt(lambda: signal.pidfd_send_signal(os.pidfd_open(@SIBLING@), 9))
""",
    ),
    stopped("E12", "new namespaces", "libc.unshare(0x10000000)", NEVER),
    stopped("E12-mount", "mounts", "libc.mount(0, 0, 0, 0, 0)", NEVER),
    stopped("E12-ring", "io_uring", "libc.syscall(425, 8, 0)", NEVER),
    stopped(
        "E13",
        "calls of the 32-bit table",
        r"""
import mmap
page = mmap.mmap(-1, 4096, prot=7)
page.write(b"\xb8\x02\x00\x00\x00\xcd\x80\xc3")
address = ctypes.addressof(ctypes.c_char.from_buffer(page))
ctypes.CFUNCTYPE(ctypes.c_int)(address)()
""",
        NEVER,
        machine="x86_64",
    ),
    stopped(
        "E13-x32",
        "calls of the x32 table",
        "libc.syscall(ctypes.c_long(0x40000000 | 57))",
        NEVER,
        machine="x86_64",
    ),
    harmless(
        "E13-shellcode",
        "machine code of its own that forks",
        r"""
import mmap
page = mmap.mmap(-1, 4096, prot=7)
page.write(b"\xb8\x39\x00\x00\x00\x0f\x05\xc3")
address = ctypes.addressof(ctypes.c_char.from_buffer(page))
if ctypes.CFUNCTYPE(ctypes.c_int)(address)() != -1: print("LOOT fork")
""",
        machine="x86_64",
    ),
    harmless(
        "E14",
        "every system call that is neither allowed nor on the list of evidence",
        """
from worker.runner import syscalls
machine = os.uname().machine
known = syscalls.numbers(frozenset(syscalls.NUMBERS), machine)
# The kernel answers 335 and 336 by a signal of its own, past every filter.
for number in set(range(470)) - set(known) - {335, 336}:
    if libc.syscall(ctypes.c_long(number), 0, 0, 0, 0, 0, 0) != -1:
        print("LOOT", number)
    elif ctypes.get_errno() not in (1, 38):
        print("LOOT", number, ctypes.get_errno())
""",
    ),
    harmless(
        "E14-arguments",
        "calls that are allowed, with arguments that are not",
        """
import fcntl, resource, signal
attempt(fcntl.ioctl, 0, 0x5412, b"x")
attempt(fcntl.ioctl, 1, 0x5412, b"x")
attempt(fcntl.fcntl, 4, 1031, 4096)
attempt(fcntl.fcntl, 3, 8, os.getppid())
attempt(fcntl.fcntl, 4, 10, 9)
for which in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_NPROC):
    attempt(resource.setrlimit, which, (-1, -1))
    attempt(resource.prlimit, os.getppid(), which)
    attempt(resource.prlimit, 0, which, (0, 0))
attempt(signal.signal, signal.SIGSYS, signal.SIG_IGN)
""",
    ),
    harmless(
        "E15",
        "starts programs",
        """
import subprocess
for path in ("/bin/sh", "/usr/bin/su", sys.executable):
    attempt(os.execv, path, [path])
    attempt(subprocess.run, [path])
    attempt(os.posix_spawn, path, [path], {})
attempt(lambda: 1 // (os.system("true") == 0))
attempt(os.popen, "true")
attempt(lambda: libc.execveat(-1, b"/bin/sh", 0, 0, 0) == 0 or 1 / 0)
""",
    ),
    harmless(
        "E15-memory",
        "file in memory, to be executed",
        "attempt(os.memfd_create, 'program')\n"
        "attempt(lambda: 1 // (libc.memfd_secret(0) >= 0))",
    ),
    harmless(
        "E16",
        "becomes somebody else",
        """
for action in (os.setuid, os.setgid, os.seteuid, os.setegid):
    attempt(action, 0)
attempt(os.setresuid, 0, 0, 0)
attempt(os.setgroups, [0])
attempt(os.chroot, "/")
attempt(os.mknod, "/tmp/device", 0o60666, os.makedev(8, 0))
attempt(os.setsid)
attempt(os.nice, -5)
attempt(os.sched_setaffinity, 0, {0})
for number in (22, 23, 38, 4, 1):
    attempt(lambda: 1 // (libc.prctl(number, 1, 0, 0, 0) == 0))
if 0 in os.getresuid() + os.getresgid(): print("LOOT root")
""",
    ),
    harmless(
        "E17",
        "leaves things for others: shared memory, semaphores, queues",
        """
attempt(lambda: 1 // (libc.shmget(1, 4096, 0o1666) >= 0))
attempt(lambda: 1 // (libc.semget(1, 1, 0o1666) >= 0))
attempt(lambda: 1 // (libc.msgget(1, 0o1666) >= 0))
def share():
    from multiprocessing import shared_memory
    return shared_memory.SharedMemory(None, True, 4096)
attempt(share)
import multiprocessing
attempt(multiprocessing.Lock)
""",
    ),
    harmless(
        "E18",
        "gives the kernel a broken list of locks",
        "ring = (ctypes.c_ulong * 3)(0x10, 0, 0x20)\n"
        "libc.syscall(273 if os.uname().machine == 'x86_64' else 99, ring, 24)",
    ),
    harmless(
        "E20",
        "reaches for the jail beside it",
        """
import signal
attempt(os.kill, @SIBLING@, signal.SIGKILL)
attempt(os.pidfd_open, @SIBLING@)
attempt(os.sched_setscheduler, @SIBLING@, os.SCHED_IDLE, os.sched_param(0))
attempt(os.setpriority, os.PRIO_PROCESS, @SIBLING@, 19)
attempt(read, "/proc/@SIBLING@/environ")
""",
    ),
    harmless(
        "E21",
        "imports what is ours",
        """
for name in ("reference", "grader.engine", "grader.checks", "grader.models", "flask",
             "sqlalchemy", "celery", "worker.jail", "worker.tasks", "tests", "pytest"):
    attempt(__import__, name)
""",
    ),
    harmless(
        "E22",
        "finds the jail's start by introspection",
        """
import gc
for found in gc.get_objects():
    if type(found) is dict and "reference" in found and "grader" in found:
        print("LOOT", found)
frame = sys._getframe()
while frame is not None:
    if "expected" in frame.f_locals: print("LOOT", frame.f_locals)
    frame = frame.f_back
""",
    ),
    harmless(
        "E23",
        "waits for descriptors of others",
        "import select\n"
        "attempt(select.epoll)\n"
        "attempt(lambda: 1 // (libc.eventfd(0, 0) >= 0))\n"
        "attempt(lambda: 1 // (libc.inotify_init() >= 0))\n"
        "attempt(os.pipe)\n"
        "attempt(os.openpty)",
    ),
)
