"""What an entry of the battery says, and the pieces that its source is made of."""

from dataclasses import dataclass

from grader.report import Verdict

PASSED, FAILED = Verdict.PASSED, Verdict.FAILED
ERRORED, BROKEN = Verdict.ERRORED, Verdict.BROKEN

HONEST = """
import numpy as np

class Tanh:
    def forward(self, x):
        self.t = np.tanh(x)
        return self.t

    def backward(self, grad_out):
        return grad_out * (1 - self.t ** 2)
"""
WRONG = """
import numpy as np

class Tanh:
    def forward(self, x):
        return 0.1 * x

    def backward(self, grad_out):
        return 0.7 * grad_out
"""
TOOLS = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)

def attempt(action, *arguments):
    "Do what has to be refused; print what it gives if it is not."
    try:
        loot = action(*arguments)
    except (Exception, SystemExit):
        return
    print("LOOT", action, arguments, loot)

def read(path):
    with open(path, "rb") as stream:
        return stream.read(4096)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """A submission, and what has to come of it in every tier.

    Parameters
    ----------
    id
        Unique; a row of the catalogue in the design begins it, if it is one.
    what
        What it tries, in a few words.
    source
        Of ``mlp.py``. Names like ``@FILE@`` stand for canaries.
    verdicts
        Of forward and backward; only forward is run if there is just one.
    words
        Part of the sentences that the student reads.
    files
        Further files, name to text.
    limits
        Limits that differ from the patient ones.
    forges
        Whether it gets full marks where tests and student code share a process.
    machine
        The only architecture that it is made for; empty means any.
    """

    id: str
    what: str
    source: str
    verdicts: tuple[Verdict, ...]
    words: str
    files: tuple[tuple[str, bytes], ...] = ()
    limits: tuple[tuple[str, float], ...] = ()
    forges: bool = False
    machine: str = ""


HASTY = (("wall_seconds", 0.4),)
HASTY_LOAD = (("load_seconds", 0.4),)


def in_forward(body: str, before: str = "") -> str:
    """Return a source whose forward begins with these statements."""
    indented = "\n".join(f"    {line}" for line in body.strip("\n").split("\n"))
    return (
        f"{TOOLS}\n{before}\ndef attack(x):\n{indented}\n"
        f"{HONEST}\n"
        "honest = Tanh.forward\n"
        "def forward(self, x):\n"
        "    found = attack(x)\n"
        "    return honest(self, x) if found is None else found\n"
        "Tanh.forward = forward\n"
    )


def harmless(id: str, what: str, body: str, **rest: object) -> Attack:
    """Return an entry that is refused what it tries, and whose answers are right.

    It tries while it is imported; what it prints then is in the report.
    """
    source = f"{TOOLS}\n{body}\n{HONEST}"
    return Attack(
        id=id,
        what=what,
        source=source,
        verdicts=(PASSED, PASSED),
        words="The output of forward is right.",
        **rest,  # type: ignore[arg-type]
    )


def stopped(id: str, what: str, body: str, words: str, **rest: object) -> Attack:
    """Return an entry whose forward does not come back with an answer."""
    return Attack(
        id=id,
        what=what,
        source=in_forward(body, str(rest.pop("before", ""))),
        verdicts=(ERRORED,) if rest.get("limits") else (ERRORED, ERRORED),
        words=words,
        **rest,  # type: ignore[arg-type]
    )


def unloadable(id: str, what: str, source: str, words: str, **rest: object) -> Attack:
    """Return an entry that cannot be imported."""
    return Attack(
        id=id,
        what=what,
        source=source,
        verdicts=(ERRORED,) if rest.get("limits") else (ERRORED, ERRORED),
        words=words,
        **rest,  # type: ignore[arg-type]
    )


def rejected(id: str, what: str, body: str, words: str, **rest: object) -> Attack:
    """Return an entry with wrong answers that tries to have them taken for right."""
    return Attack(
        id=id,
        what=what,
        source=f"{TOOLS}\n{WRONG}\n{body}",
        verdicts=(FAILED, FAILED),
        words=words,
        **rest,  # type: ignore[arg-type]
    )
