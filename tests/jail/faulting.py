"""Faults that happen to a jail just when a grading reaches a certain step."""

import fcntl
import struct
import termios
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import pytest

from grader.contract.control import READY
from grader.contract.limits import Limits
from grader.contract.messages import Bundle, Call, Case
from worker.jail import session as session_module
from worker.jail.conversation import Conversation
from worker.jail.selection import TieredJail
from worker.jail.server import Child, ForkServer
from worker.jail.session import Session
from worker.jail.verify import verify

STEPS: Final = (
    "starting",
    "ready",
    "born",
    "locked",
    "loading",
    "computing",
    "replying",
    "reaping",
)
# Before these there is no child.
WITHOUT_CHILD: Final = frozenset({"starting", "ready"})
LIMITS: Final = Limits(load_seconds=60, wall_seconds=60)
_SHORT_SECONDS: Final = 0.3
_FULL_PIPE: Final = 4096
_BINDING: Final = b"""
import numpy as np, time
def act(student, *, options):
    print(options["step"], flush=True)
    while options["step"] == "computing": time.sleep(60)
    yield {"out": np.ones(1 << 20 if options["step"] == "replying" else 3)}
"""
_WAITS_AT_LOAD: Final = b"""
import time
print("loading", flush=True)
while True: time.sleep(60)
"""


@dataclass(slots=True)
class Scene:
    """Who takes part in a grading, as far as they exist at that moment."""

    server: ForkServer
    child: Child | None = None
    happened: bool = False

    def pid(self, victim: str) -> int:
        """Return the process id of ``outer``, ``server`` or ``child``."""
        if victim == "child" and self.child is not None:
            return self.child.pid
        # What holds the server is the server itself where there is no namespace.
        outer = self.server._process.pid
        return outer if victim == "outer" else self.server.pid or outer


Act = Callable[[Scene], None]


def submission(step: str) -> tuple[Bundle, Case]:
    """Return code that stays at a step until something happens to it."""
    source = _WAITS_AT_LOAD if step == "loading" else b""
    bundle = Bundle({"mlp.py": source}, "mlp.py", binding_source=_BINDING)
    return bundle, Case((Call("act", options={"step": step}),), LIMITS)


@dataclass
class Fault:
    """Lets something happen once; from then on nobody is waited for long."""

    step: str
    act: Act
    scene: Scene | None = field(default=None)

    @property
    def happened(self) -> bool:
        return self.scene is not None and self.scene.happened

    def reach(self, step: str) -> None:
        """Note that a step is reached."""
        if self.scene is not None and step == self.step and not self.scene.happened:
            self.scene.happened = True
            self.act(self.scene)

    def seconds(self, asked: float) -> float:
        return min(asked, _SHORT_SECONDS) if self.happened else asked


@contextmanager
def at(step: str, act: Act) -> Iterator[Fault]:
    """Let ``act`` happen when a grading in this block reaches a step."""
    fault = Fault(step, act)
    with pytest.MonkeyPatch.context() as patch:
        _watch_server(patch, fault)
        _watch_child(patch, fault)
        yield fault


def _watch_server(patch: pytest.MonkeyPatch, fault: Fault) -> None:
    hear, fork, kill = ForkServer._hear, ForkServer.fork, Child.kill

    def heard(server: ForkServer, expected: bytes, seconds: float) -> Any:
        if expected == READY:
            fault.scene = Scene(server)
            fault.reach("starting")
        return hear(server, expected, fault.seconds(seconds))

    def forked(server: ForkServer, limits: Limits) -> Child:
        fault.scene = fault.scene or Scene(server)
        fault.reach("ready")
        fault.scene.child = fork(server, limits)
        fault.reach("born")
        return fault.scene.child

    def killed(child: Child) -> None:
        # Before it is: the server may say at once how its child has ended.
        fault.reach("reaping")
        kill(child)

    patch.setattr(ForkServer, "_hear", heard)
    patch.setattr(ForkServer, "fork", forked)
    patch.setattr(Child, "kill", killed)


def _watch_child(patch: pytest.MonkeyPatch, fault: Fault) -> None:
    receive, wait = Conversation.receive, Conversation._wait

    def verified(*arguments: Any) -> None:
        fault.reach("locked")
        verify(*arguments)

    def received(talk: Conversation, bounds: Any, nonce: int, deadline: float) -> Any:
        now = time.monotonic()
        return receive(talk, bounds, nonce, now + fault.seconds(deadline - now))

    def waited(talk: Conversation) -> None:
        wait(talk)
        for step in (b"loading", b"computing", b"replying"):
            if step in talk.log and (step != b"replying" or _waiting_bytes(talk)):
                fault.reach(step.decode())
        if fault.happened:
            talk._deadline = min(talk._deadline, time.monotonic() + _SHORT_SECONDS)

    patch.setattr(session_module, "verify", verified)
    patch.setattr(Conversation, "receive", received)
    patch.setattr(Conversation, "_wait", waited)


def _waiting_bytes(talk: Conversation) -> bool:
    """Return whether a large answer has begun to arrive and not ended."""
    raw = fcntl.ioctl(talk._child.reply, termios.FIONREAD, bytes(4))
    return struct.unpack("i", raw)[0] >= _FULL_PIPE


@dataclass(frozen=True)
class Marked:
    """A jail all of whose processes can be found by a word on their command line."""

    jail: TieredJail
    word: str

    @classmethod
    def of(cls, jail: TieredJail, word: str = "") -> "Marked":
        word = word or f"canary-{uuid.uuid4().hex}"
        start = {**jail.launch.start, "mark": word}
        launch = replace(jail.launch, start=start)
        return cls(replace(jail, launch=launch), word)

    def open(self, step: str = "") -> Session:
        return self.jail.open(submission(step)[0])

    def survivors(self) -> list[int]:
        """Return the processes of these jails that still run."""
        return running(self.word)


def running(word: str) -> list[int]:
    """Return who has a word on its command line; the dead have none."""
    found = []
    for path in Path("/proc").iterdir():
        try:
            if path.name.isdigit() and word.encode() in (path / "cmdline").read_bytes():
                found.append(int(path.name))
        except OSError:
            continue
    return found
