"""System calls that a container with a worker needs, by what they are for.

Written down from what the programs in it are: Python, NumPy, a client of PostgreSQL and
one of Redis, a shell, and bubblewrap. What the jail itself allows to student code is in
`worker.runner.syscalls` and is always a part of it.
"""

from typing import Final

_FILES: Final = """
    access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3
    faccessat faccessat2 fadvise64 fallocate fchdir fchmod fchmodat fchmodat2 fchown
    fchownat fcntl fdatasync fgetxattr flistxattr flock fremovexattr fsetxattr fstat
    fstatfs fsync ftruncate futimesat getcwd getdents getdents64 getxattr ioctl lchown
    lgetxattr link linkat listxattr llistxattr lremovexattr lseek lsetxattr lstat mkdir
    mkdirat mknod mknodat newfstatat open openat openat2 pread64 preadv preadv2 pwrite64
    pwritev pwritev2 read readahead readlink readlinkat readv removexattr rename
    renameat renameat2 rmdir sendfile setxattr splice stat statfs statx symlink
    symlinkat sync sync_file_range syncfs tee truncate umask unlink unlinkat utime
    utimensat utimes vmsplice write writev
"""

_MEMORY: Final = """
    brk get_mempolicy madvise membarrier memfd_create mincore mlock mlock2 mlockall mmap
    mprotect mremap msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect
"""

_WAITING: Final = """
    alarm epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait
    eventfd eventfd2 futex futex_waitv getitimer inotify_add_watch inotify_init
    inotify_init1 inotify_rm_watch nanosleep clock_nanosleep pause pipe pipe2 poll ppoll
    pselect6 restart_syscall rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo
    rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo select setitimer
    sigaltstack signalfd signalfd4 timer_create timer_delete timer_getoverrun
    timer_gettime timer_settime timerfd_create timerfd_gettime timerfd_settime
"""

_CLOCKS: Final = "clock_getres clock_gettime gettimeofday time times"

_PROCESSES: Final = """
    arch_prctl capget capset execve execveat exit exit_group fork get_robust_list
    getpgid getpgrp getpid getppid getpriority getrandom getrlimit getrusage getsid
    gettid ioprio_get ioprio_set kill pidfd_open pidfd_send_signal prctl prlimit64 rseq
    sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr
    sched_getparam sched_getscheduler sched_setaffinity sched_setattr sched_setparam
    sched_setscheduler sched_yield set_robust_list set_tid_address setpgid setpriority
    setrlimit setsid getcpu sysinfo tgkill tkill uname vfork wait4 waitid
"""

_IDENTITY: Final = """
    getegid geteuid getgid getgroups getresgid getresuid getuid setfsgid setfsuid setgid
    setgroups setregid setresgid setresuid setreuid setuid
"""

_NETWORK: Final = """
    accept accept4 bind connect getpeername getsockname getsockopt listen recvfrom
    recvmmsg recvmsg sendmmsg sendmsg sendto setsockopt shutdown socketpair
"""

_LOCKS: Final = """
    landlock_add_rule landlock_create_ruleset landlock_restrict_self seccomp
"""

ORDINARY: Final = frozenset(
    " ".join(
        (
            *(_FILES, _MEMORY, _WAITING, _CLOCKS),
            *(_PROCESSES, _IDENTITY, _NETWORK, _LOCKS),
        )
    ).split()
)

# What a runtime's own profile keeps from a container and bubblewrap cannot do without.
# Without a capability they work in a user namespace of one's own only.
BUBBLEWRAP: Final = frozenset({"mount", "umount2", "pivot_root"})

# CLONE_NEW... of namespaces, all but time; what a runtime forbids to `clone`.
NEW_NAMESPACES: Final = 0x7E020000

# Unix, IPv4, IPv6, and netlink for the addresses of the machine.
ADDRESS_FAMILIES: Final = (1, 2, 10, 16)
