"""The first process of a jail compiles for all that come after it."""

from collections.abc import Iterable

import pytest

from grader.contract.codec import Frame, FrameKind
from grader.contract.limits import Limits
from grader.contract.messages import Bundle, Call, Case, Outcome
from worker.jail.conversation import Conversation
from worker.jail.selection import TieredJail

LIMITS = Limits(load_seconds=30, wall_seconds=30)
BINDING = b'def first(student): return {"out": student.before()}\n'


def test_the_first_process_compiles_for_all_and_each_still_starts_fresh(
    any_jail: TieredJail, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Frame] = []
    send = Conversation.send

    def noting(talk: Conversation, frames: Iterable[Frame]) -> None:
        kept = list(frames)
        sent.extend(kept)
        send(talk, kept)

    monkeypatch.setattr(Conversation, "send", noting)
    source = b"seen = []\ndef before():\n    seen.append(1)\n    return len(seen)\n"
    bundle = Bundle({"mlp.py": source}, "mlp.py", binding_source=BINDING)
    with any_jail.open(bundle) as session:
        replies = [session.observe(Case((Call("first"),), LIMITS)) for _ in range(3)]
    loads = [frame for frame in sent if frame.kind is FrameKind.LOAD]
    assert [one.replies[0].arrays["out"] for one in replies] == [1, 1, 1]
    assert ["compile" in frame.texts for frame in loads] == [True, False, False]
    assert [len(frame.arrays) for frame in loads] == [2, 4, 4]


FORGES_CODE = """
def forge(kind):
    from worker.runner import child
    from grader.contract.codec import FrameKind
    import numpy as np
    child._send(FrameKind.COMPILED, {"code:mlp.py": np.zeros(3, np.uint8)}, {})
WHEN
"""


@pytest.mark.parametrize("when", ["forge(1)", "before = lambda: forge(1)"])
def test_code_that_a_student_sends_as_compiled_is_not_kept(
    any_jail: TieredJail, when: str
) -> None:
    source = FORGES_CODE.replace("WHEN", when).encode()
    bundle = Bundle({"mlp.py": source}, "mlp.py", binding_source=BINDING)
    with any_jail.open(bundle) as session:
        first = session.observe(Case((Call("first"),), LIMITS))
        again = session.observe(Case((Call("first"),), LIMITS))
    assert first.outcome is Outcome.BAD_OUTPUT
    assert again.outcome is Outcome.BAD_OUTPUT
