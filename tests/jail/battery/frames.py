"""Submissions that write on the channel of answers themselves, or take it away.

They know the nonce, since it is in their own process. So a whole frame of theirs is
read as what it is: an answer, with numbers that are judged like any others.
"""

from tests.jail.battery.entry import (
    BROKEN,
    ERRORED,
    FAILED,
    HASTY,
    PASSED,
    TOOLS,
    WRONG,
    Attack,
    in_forward,
    stopped,
)

UNEXPECTED = ", unexpected data arrived in place of an answer."
CHANNEL = """
import struct, time
child = sys.modules["worker.runner.child"]
PARTIAL, COMPLETED, RAISED, MEMORY, BAD, BLOCKED = range(17, 23)

def say(kind, description=b"", arrays=0, texts=0, raw=b"", **changed):
    head = {"magic": b"BPG1", "nonce": child._nonce, "length": len(description)}
    head.update(changed)
    os.write(4, struct.pack("<4sQBHHI", head["magic"], head["nonce"], kind,
                            arrays, texts, head["length"]) + description + raw)

def named(text):
    raw = text if isinstance(text, bytes) else text.encode()
    return bytes([len(raw)]) + raw

def array(*shape, name="out", code=1, ndim=None):
    ndim = len(shape) if ndim is None else ndim
    return named(name) + struct.pack(f"<BB{len(shape)}Q", code, ndim, *shape)

def text(key, value):
    raw = value if isinstance(value, bytes) else value.encode()
    return named(key) + struct.pack("<I", len(raw)) + raw

def questions():
    "Return the inputs of this call and of all that follow it."
    frame = sys._getframe()
    while "calls" not in frame.f_locals:
        frame = frame.f_back
    rest = frame.f_locals["calls"]
    inner = sys._getframe()
    while not hasattr(inner.f_locals.get("frame"), "nonce"):
        inner = inner.f_back
    return [inner.f_locals["frame"].arrays, *(call.arrays for call in rest)]

def answer_all(out, gradient):
    for number, given in enumerate(questions()):
        found = {"out": out(given["x"])}
        if "grad_out" in given:
            found["grad_x"] = gradient(given["x"], given["grad_out"])
        described = b"".join(array(*v.shape, name=k) for k, v in found.items())
        say(COMPLETED, described, arrays=len(found),
            raw=b"".join(v.tobytes() for v in found.values()),
            nonce=child._nonce + number)
    time.sleep(1000)
"""


def written(id: str, what: str, body: str, words: str = UNEXPECTED) -> Attack:
    """Return an entry that writes in forward, and then waits."""
    return stopped(id, what, f"{body.strip()}\ntime.sleep(1000)", words, before=CHANNEL)


def lying(id: str, what: str, body: str, words: str, **rest: object) -> Attack:
    """Return an entry that writes in forward and takes what comes of it."""
    return stopped(id, what, body, words, before=CHANNEL, **rest)


ATTACKS: tuple[Attack, ...] = (
    written(
        "F7",
        "writes to every descriptor",
        """
for number in range(1, 16):
    try:
        os.write(number, b"\\0forged" * 50)
    except OSError:
        pass
""",
    ),
    written(
        "F7-guess", "frame under a nonce that it guessed", "say(COMPLETED, nonce=1)"
    ),
    written(
        "F7-next",
        "answer to the next question before this one",
        "say(COMPLETED, nonce=child._nonce + 1)",
    ),
    written("F7-magic", "frame of another protocol", "say(COMPLETED, magic=b'BPG2')"),
    written("F7-kind", "kind that is no answer", "say(16)"),
    written("F7-request", "request in place of an answer", "say(2)"),
    written("F7-unknown", "kind that there is not", "say(255)"),
    written("F7-count", "65535 arrays", "say(COMPLETED, arrays=65535)"),
    written("F7-texts", "65535 texts", "say(COMPLETED, texts=65535)"),
    written("F7-length", "description of 4 GB", "say(COMPLETED, length=(1 << 32) - 1)"),
    written("F7-axes", "255 axes", "say(COMPLETED, array(ndim=255), arrays=1)"),
    written(
        "F7-dtype",
        "dtype that would hold Python objects",
        "say(COMPLETED, array(3, code=99), arrays=1)",
    ),
    written(
        "F7-huge",
        "axes whose product overflows",
        "say(COMPLETED, array(1 << 63, 1 << 63), arrays=1)",
        "far larger than expected",
    ),
    written(
        "F7-zero",
        "huge axes behind one of length 0",
        "say(COMPLETED, array(0, 1 << 62), arrays=1)",
        "far larger than expected",
    ),
    written(
        "F7-twice",
        "one name for two arrays",
        "say(COMPLETED, array(0) + array(0), arrays=2)",
    ),
    written(
        "F7-name",
        "name of control characters",
        "say(COMPLETED, array(0, name='\\x1b[31m'), arrays=1)",
    ),
    written(
        "F7-utf8",
        "text that is no text",
        "say(RAISED, text('fault.message', b'\\xff\\xfe'), texts=1)",
    ),
    written(
        "F7-more",
        "description with something left over",
        "say(COMPLETED, array(0) + b'more', arrays=1)",
    ),
    lying(
        "F7-parts",
        "parts of an answer without end",
        "while True: say(PARTIAL)",
        UNEXPECTED,
    ),
    lying(
        "F7-cut",
        "half a frame, then silence",
        "os.write(4, b'BPG1' + bytes(5))\ntime.sleep(1000)",
        "Tanh.forward did not return within 0.4 s",
        limits=HASTY,
    ),
    lying(
        "F7-cut-exit",
        "half a frame, then the end",
        "os.write(4, b'BPG1' + bytes(5))\nos._exit(0)",
        "ended the program without an answer",
    ),
    lying(
        "F7-promise",
        "promises an array and does not send it",
        "say(COMPLETED, array(1000), arrays=1)\nos._exit(0)",
        "ended the program without an answer",
    ),
    Attack(
        id="F8",
        what="whole answers to every question, all of them wrong",
        source=in_forward(
            "answer_all(np.ones_like, lambda x, g: np.ones_like(x))", CHANNEL
        ),
        verdicts=(FAILED, FAILED),
        words="has the right shape",
    ),
    Attack(
        id="F8-right",
        what="whole answers to every question, and right ones",
        source=in_forward(
            "answer_all(np.tanh, lambda x, g: g * (1 - np.tanh(x) ** 2))", CHANNEL
        ),
        verdicts=(PASSED, PASSED),
        words="The output of forward is right.",
    ),
    Attack(
        id="F8-none",
        what="says that all is done and gives no numbers",
        source=in_forward("answer_all(lambda x: np.zeros(0), None)", CHANNEL),
        verdicts=(FAILED, ERRORED),
        words="shape",
    ),
    Attack(
        id="F8-nothing",
        what="completed answers without any array",
        source=in_forward(
            "for n in range(len(questions())): say(COMPLETED, nonce=child._nonce + n)"
            "\ntime.sleep(1000)",
            CHANNEL,
        ),
        verdicts=(ERRORED, ERRORED),
        words="did not give an answer that can be read as arrays of numbers",
    ),
    Attack(
        id="F8-runner",
        what="replaces the runner's own answering",
        source=f"""{TOOLS}{WRONG}
child = sys.modules["worker.runner.child"]
def call(self, frame):
    x = frame.arrays["x"]
    found = {{"out": np.ones_like(x), "grad_x": np.ones_like(x), "passed": np.ones(1)}}
    child._send(child.FrameKind.COMPLETED, found, {{"note.verdict": "passed"}})
child._Submission.call = call
""",
        verdicts=(FAILED, FAILED),
        words="has the right shape",
    ),
    Attack(
        id="F8-before",
        what="answers while it is imported, before it was asked",
        source=f"{TOOLS}{CHANNEL}{WRONG}\n"
        "for number in range(4): say(COMPLETED, nonce=child._nonce + number)",
        verdicts=(ERRORED, ERRORED),
        words=UNEXPECTED,
    ),
    Attack(
        id="F8-twice",
        what="answers once itself and lets the runner answer again",
        source=in_forward(
            "say(COMPLETED, array(*x.shape), arrays=1, raw=np.tanh(x).tobytes())",
            CHANNEL,
        ),
        verdicts=(ERRORED, ERRORED),
        words=UNEXPECTED,
    ),
    Attack(
        id="F9",
        what="closes the channel of answers",
        source=in_forward("os.close(4)\nwhile True: pass"),
        verdicts=(ERRORED, ERRORED),
        words="In forward, your code closed the channel on which answers are returned.",
    ),
    Attack(
        id="F9-requests",
        what="closes the channel of questions once it has been asked",
        source=in_forward("try:\n    os.close(3)\nexcept OSError:\n    pass"),
        verdicts=(PASSED, PASSED),
        words="The output of forward is right.",
    ),
    lying(
        "F9-swap",
        "puts the log in place of the answers",
        "os.dup2(1, 4)\nprint('passed')",
        "In forward, your code closed the channel on which answers are returned.",
    ),
    lying(
        "F12-text",
        "fault with markup, escapes and a path in it",
        "say(RAISED, text('fault.kind', '<script>alert(1)</script>')"
        " + text('fault.message', '\\x1b[2J\\u202e' + '<b>' * 5000)"
        " + text('fault.file', '/etc/passwd') + text('fault.line', '-1'), texts=4)"
        "\nos._exit(0)",
        "raised <script>alert(1)</script>: [2J<b><b>",
    ),
    lying(
        "F12-phase",
        "fault in a phase that there is not",
        "say(RAISED, text('fault.phase', 'graded'), texts=1)\nos._exit(0)",
        "Tanh.forward raised Exception.",
    ),
    lying(
        "F12-load",
        "fault that claims to come from the import",
        "say(RAISED, text('fault.phase', 'load'), texts=1)\nos._exit(0)",
        "Importing your file raised Exception.",
    ),
    lying(
        "F12-memory",
        "memory that has not run out",
        "say(MEMORY)\nos._exit(0)",
        "of memory",
    ),
    lying(
        "F12-blocked",
        "blocked call that there is not",
        "say(BLOCKED, text('name', '<b>all</b>'), texts=1)\nraise ValueError('so')",
        "raised ValueError",
    ),
    Attack(
        id="F13",
        what="puts the blame on the assignment",
        source=in_forward(
            "say(RAISED, text('fault.kind', 'Binding'), texts=1)\nos._exit(0)",
            CHANNEL,
        ),
        verdicts=(BROKEN, BROKEN),
        words="Nothing is scored; the people who run the course can see it.",
    ),
)
