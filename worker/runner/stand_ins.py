"""Modules that are not here but may be imported: what they are asked for has no effect.

An assignment declares them (``[submission] stubs``), so that a line that draws or shows
progress does not cost a student the grade. They are looked for last: a file of the
student's and a module that is really there come first. Which of them were imported is
noted, and becomes a sentence in the report.
"""

import builtins
import importlib.machinery
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any, Final

import numpy as np

from worker.runner.bindings.module_stubs import Nothing, nothing

# Comes with it, under another name.
_COMPANIONS: Final = {"mpl_toolkits": "matplotlib"}
_OF_NOTEBOOKS: Final = "IPython"
_BARS: Final = frozenset(
    {"tqdm.auto", "tqdm.autonotebook", "tqdm.notebook", "tqdm.std"}
)
# What a star import of the module gives.
_DRAWING: Final = """
    annotate axhline axis axvline bar clf close cla cm colorbar contour contourf draw
    errorbar figure fill_between gca gcf grid hist imshow ioff ion legend loglog matshow
    pause pcolormesh plot quiver rcParams savefig scatter semilogx semilogy show stem
    style subplot suptitle text tight_layout title xlabel xlim xticks ylabel ylim yticks
"""


class Bar:
    """A progress bar that is not drawn; a loop over it is one over what it was given.

    Parameters
    ----------
    iterable
        ``None`` for a bar that is moved by hand.
    """

    def __init__(
        self,
        iterable: Iterable[Any] | None = None,
        desc: str | None = None,
        total: float | None = None,
        *_arguments: Any,
        **_keywords: Any,
    ) -> None:
        self.iterable = () if iterable is None else iterable
        self.desc = desc
        self.total = total
        self.n = 0

    def __iter__(self) -> Iterator[Any]:
        """Yield what it was given."""
        for item in self.iterable:
            yield item
            self.n += 1

    def __len__(self) -> int:
        """Return how many there are, as far as that is known."""
        if self.total is not None:
            return int(self.total)
        return len(self.iterable)  # type: ignore[arg-type]

    def __enter__(self) -> "Bar":
        """Do nothing."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Let every exception through."""

    def __getattr__(self, name: str) -> Any:
        """Have every method that changes how a bar looks do nothing."""
        return nothing(name)

    def update(self, n: int = 1) -> None:
        """Count on."""
        self.n += n

    @staticmethod
    def write(text: object, *_arguments: Any, **_keywords: Any) -> None:
        """Print a line."""
        print(text)  # noqa: T201 - into what the student sees


def _range(*arguments: int, **keywords: Any) -> Bar:
    return Bar(range(*arguments), **keywords)


def _subplots(
    nrows: int = 1, ncols: int = 1, *_arguments: Any, squeeze: bool = True, **_: Any
) -> tuple[Nothing, Any]:
    """Return a figure and its axes, one or an array of them."""
    axes = np.empty((nrows, ncols), dtype=object)
    axes.fill(Nothing())
    if not squeeze:
        return Nothing(), axes
    return Nothing(), axes.item() if axes.size == 1 else axes.squeeze()


def _refusal(name: str) -> Callable[..., Any]:
    """Return a function that cannot do what the real one does."""

    def refuse(*_arguments: Any, **_keywords: Any) -> Any:
        raise FileNotFoundError(
            f"{name} cannot read a file here; all data arrive as arguments of your "
            "functions."
        )

    return refuse


def _tqdm() -> Mapping[str, Any]:
    # A function that is not here must be missed: nothing in its place would make a
    # loop end early.
    return {
        "tqdm": Bar,
        "trange": _range,
        "tqdm_notebook": Bar,
        "tnrange": _range,
        "__version__": "0.0",
    }


def _silent() -> dict[str, Any]:
    return {"__getattr__": nothing, "__version__": "0.0"}


def _contents(name: str) -> Mapping[str, Any]:
    """Return what is in a module."""
    top = name.partition(".")[0]
    if top == "tqdm":
        return _tqdm()
    if top == "h5py":
        return {**_silent(), "File": _refusal("h5py.File")}
    if name in {"matplotlib.pyplot", "matplotlib.pylab"}:
        drawing = dict.fromkeys(_DRAWING.split(), Nothing())
        special = {"subplots": _subplots, "imread": _refusal("imread")}
        return {**_silent(), **drawing, **special}
    return _silent()


class StandIns:
    """Finds the declared modules, with all that one could import below them.

    Parameters
    ----------
    names
        Modules at the top, such as ``"matplotlib"``.

    Attributes
    ----------
    used
        Those of them that were imported.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(names)
        self.used: set[str] = set()

    def _declared(self, fullname: str) -> str:
        top = fullname.partition(".")[0]
        return _COMPANIONS.get(top, top)

    def find_spec(
        self, fullname: str, path: object = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return where a module comes from, or ``None`` if it is not declared."""
        if self._declared(fullname) not in self.names:
            return None
        if fullname.startswith("tqdm.") and fullname not in _BARS:
            return None
        loader: Any = self  # It has no base class, see `worker.runner.boot`.
        return importlib.machinery.ModuleSpec(fullname, loader, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        """Let Python make the module itself."""

    def exec_module(self, module: ModuleType) -> None:
        """Fill a module, and note that it is used."""
        self.used.add(self._declared(module.__name__))
        vars(module).update(_contents(module.__name__))

    def install(self) -> None:
        """Have Python ask here when nobody else knows a module."""
        sys.meta_path.append(self)
        if _OF_NOTEBOOKS in self.names:
            # A notebook has these without an import.
            vars(builtins).setdefault("get_ipython", self._of_notebooks)
            vars(builtins).setdefault("display", self._of_notebooks)

    def _of_notebooks(self, *_arguments: Any, **_keywords: Any) -> Nothing:
        self.used.add(_OF_NOTEBOOKS)
        return Nothing()
