"""Which lines of a few modules run, and after which line each."""

import sys
from collections.abc import Callable, Iterable
from types import FrameType, ModuleType, TracebackType
from typing import Any, Final

_ROOM: Final = 10_000  # No file has as many lines.


class LineCoverage:
    """Collects pairs of lines of some modules while the ``with`` block runs.

    A pair is a line and the one that ran before it, so it tells both branches of an
    ``if`` apart. Another tracer (a debugger, the tool that measures the tests) waits
    meanwhile.

    Attributes
    ----------
    pairs
        All that were ever reached.
    lines
        How many lines have run; they stand for time, which cannot be repeated.
    """

    def __init__(self, modules: Iterable[ModuleType]) -> None:
        self.pairs: set[int] = set()
        self.lines = 0
        self._tracers = {
            str(module.__file__): self._tracer(at * _ROOM)
            for at, module in enumerate(modules)
        }
        self._last = 0
        self._waiting: Any = None

    def __enter__(self) -> "LineCoverage":
        self._waiting = sys.gettrace()
        sys.settrace(self._called)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        sys.settrace(self._waiting)

    def _called(self, frame: FrameType, event: str, argument: object) -> Any:
        return self._tracers.get(frame.f_code.co_filename)

    def _tracer(self, base: int) -> Callable[[FrameType, str, object], Any]:
        def ran(frame: FrameType, event: str, argument: object) -> Any:
            if event == "line":
                here = base + frame.f_lineno
                self.pairs.add(self._last << 32 | here)
                self._last = here
                self.lines += 1
            return ran

        return ran
