"""What is sent into a jail: the submission first, then all calls of a case at once."""

import json
import secrets
from collections.abc import Mapping, Sequence

import numpy as np

from grader.contract.codec import (
    MOST_CALLS,
    NONCE_BITS,
    REQUEST_BOUNDS,
    Frame,
    FrameKind,
)
from grader.contract.control import BINDING_SOURCE, FILE_PREFIX
from grader.contract.messages import Array, Bundle, Call


def load_request(
    bundle: Bundle,
    seed: int,
    reply_bytes: int,
    compiled: Mapping[str, Array] | None = None,
) -> Frame:
    """Return the frame that makes a child import the submission.

    Parameters
    ----------
    compiled
        What an earlier child of the same jail compiled; ``None`` asks this one to.
    reply_bytes
        Largest answer to a call that will be read, so that the child can say it kindly.
    """
    arrays = {
        f"{FILE_PREFIX}{name}": np.frombuffer(source, np.uint8)
        for name, source in bundle.files.items()
    }
    if bundle.binding_source is not None:
        arrays[BINDING_SOURCE] = np.frombuffer(bundle.binding_source, np.uint8)
    arrays.update(compiled or {})
    texts = {
        "entry": bundle.entry,
        "binding": bundle.binding,
        "seed": str(seed),
        "reply_bytes": str(reply_bytes),
        "stubs": json.dumps(bundle.stubs),
        **({"compile": "ahead"} if compiled is None else {}),
    }
    return Frame(secrets.randbits(NONCE_BITS), FrameKind.LOAD, arrays, texts)


def calls_request(calls: Sequence[Call]) -> list[Frame]:
    """Return the frames of one request; the last one carries the nonce of the answers.

    Raises
    ------
    ValueError
        If a child would not take it; the check that asks is wrong then.
    """
    if len(calls) > MOST_CALLS:
        raise ValueError(f"case: {len(calls)} calls are more than {MOST_CALLS}")
    size = sum(array.nbytes for call in calls for array in call.arrays.values())
    if size > REQUEST_BOUNDS.array_bytes:
        raise ValueError(f"case: its calls take {size >> 20} MB")
    run = Frame(secrets.randbits(NONCE_BITS), FrameKind.RUN)
    return [*(_call_frame(call) for call in calls), run]


def _call_frame(call: Call) -> Frame:
    texts = {
        "action": call.action,
        "options": json.dumps(dict(call.options)),
        "seed": str(call.seed),
    }
    if max(len(text.encode()) for text in texts.values()) > REQUEST_BOUNDS.text_bytes:
        raise ValueError(f"call: the options of {call.action} are too long")
    return Frame(0, FrameKind.CALL, call.arrays, texts)
