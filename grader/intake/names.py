"""Names of uploaded files: made harmless for display, and judged by what they say."""

import re
import unicodedata
from pathlib import PurePosixPath

MAX_NAME_LENGTH = 100
IGNORED_FOLDERS = frozenset(
    {
        "__MACOSX",
        "__pycache__",
        "dist-packages",
        "env",
        "node_modules",
        "site-packages",
        "venv",
        "virtualenv",
    }
)
_INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


def printable(text: str) -> str:
    """Return the text without characters that control a terminal or a page."""
    return "".join(c for c in text if unicodedata.category(c) not in _INVISIBLE)


def clean_name(name: str) -> str:
    r"""Return the last part of a path, fit to be shown and to be a file name.

    Browsers send ``C:\work\mlp.py``, ``../mlp.py`` and worse; only ``mlp.py`` counts.
    """
    last = re.split(r"[/\\]", name)[-1]
    last = unicodedata.normalize("NFC", printable(last)).strip()
    stem, dot, suffix = last.rpartition(".")
    if not dot:
        return last[:MAX_NAME_LENGTH] or "unnamed"
    kept = suffix[:20]
    stem = stem.lstrip(". ")[: MAX_NAME_LENGTH - len(kept) - 1]
    return f"{stem or 'unnamed'}.{kept}"


def suffix_of(name: str) -> str:
    """Return ``".py"``, ``".ipynb"`` and so on, in lower case."""
    return PurePosixPath(name).suffix.lower()


def is_ignored(path: PurePosixPath) -> bool:
    """Say whether an archive member is left behind by tools rather than written."""
    return any(
        part in IGNORED_FOLDERS or part.startswith((".", "~$")) for part in path.parts
    )


def listed(names: list[str], shown: int = 5) -> str:
    """Return ``"a.py, b.py and 3 more"``."""
    if len(names) <= shown:
        return ", ".join(names)
    return f"{', '.join(names[:shown])} and {len(names) - shown} more"


def amount(count: int, noun: str) -> str:
    """Return ``"1 file"`` or ``"3 files"``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def megabytes(size: int) -> str:
    """Return a size as people say it, such as ``"5 MB"`` or ``"7.3 MB"``."""
    return f"{size / (1 << 20):.1f}".removesuffix(".0") + " MB"
