"""Write golden files: ``python -m tests.reference.golden.make_golden [NAME ...]``.

Run it from the root of the repository in an environment with NumPy and
``torch==2.13.0``. Only a change of the drawn inputs or a new operation makes it
necessary; the files are small and are kept in the repository. With names, only the
files of these operations are written.
"""

import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

from reference.protocols import Array
from tests.reference.golden.cases import cases
from tests.reference.golden.counterparts import ask


def main(wanted: list[str]) -> None:
    """Ask PyTorch about every case and write one file per operation."""
    files: dict[str, dict[str, Array]] = defaultdict(dict)
    for case in cases():
        name = case.operation.name
        if wanted and name not in wanted:
            continue
        expected = ask(torch, case.operation, case.arrays)
        for side, arrays in (("input", case.arrays), ("answer", expected)):
            for key, array in arrays.items():
                files[name][f"{case.key}/{side}/{key}"] = array
    for name, content in files.items():
        path = Path(__file__).with_name(f"{name}.npz")
        np.savez_compressed(path, allow_pickle=False, **content)


if __name__ == "__main__":
    main(sys.argv[1:])
