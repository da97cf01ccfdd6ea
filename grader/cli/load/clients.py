"""Students who hand in until they have a receipt."""

import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from grader.cli.load.visitors import Visitor

AGAIN_SECONDS = 0.5
PATIENCE_SECONDS = 60.0


@dataclass
class Receipts:
    """What clients were promised, from any number of threads.

    Parameters
    ----------
    ids
        Submissions by the key of the form that they came with.
    posts
        Seconds of each request that was answered.
    answers
        How often which status came; 0 is no answer.
    quarrels
        Keys for which two different receipts came.
    """

    ids: dict[str, str] = field(default_factory=dict)
    posts: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    quarrels: list[str] = field(default_factory=list)
    unanswered: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hand_in(
        self, visitor: Visitor, files: dict[str, bytes], *, clicks: int = 1
    ) -> None:
        """Upload until there is a receipt; every click sends the same form again."""
        key = secrets.token_hex(16)
        for _ in range(clicks):
            self._click(visitor, files, key)

    def _click(self, visitor: Visitor, files: dict[str, bytes], key: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            answer = visitor.upload(files, key)
            with self._lock:
                self.answers[answer.status] += 1
                if answer.status:
                    self.posts.append(answer.seconds)
                if answer.submission_id:
                    before = self.ids.setdefault(key, answer.submission_id)
                    if before != answer.submission_id:
                        self.quarrels.append(key)
                    return
            time.sleep(AGAIN_SECONDS)
        with self._lock:
            self.unanswered += 1
