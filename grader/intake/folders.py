"""A folder on this machine, read as if its files had been uploaded."""

import io
import zipfile
from pathlib import Path

TOOL_FOLDERS = {"__pycache__", "site-packages", "venv", "env", "node_modules"}


def read_uploads(path: Path) -> dict[str, bytes]:
    """Read what a student would upload: one file, or a folder's files.

    A folder with folders in it is packed into a zip, which keeps their names.
    """
    if path.is_file():
        return {path.name: path.read_bytes()}
    found = {
        file.relative_to(path): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file()
        and file.suffix in {".py", ".ipynb", ".zip"}
        and not _is_tooling(file.relative_to(path))
    }
    if all(len(name.parts) == 1 for name in found):
        return {name.name: content for name, content in found.items()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in found.items():
            archive.writestr(name.as_posix(), content)
    return {f"{path.name}.zip": packed.getvalue()}


def _is_tooling(name: Path) -> bool:
    """Tell whether a file lies in a folder that tools made, such as ``.venv``."""
    return any(part.startswith(".") or part in TOOL_FOLDERS for part in name.parts)
