"""Write the golden files: ``python -m tests.reference.golden.make_golden``.

Run it from the root of the repository in an environment with NumPy and
``torch==2.13.0``. Only a change of the drawn inputs or a new operation makes it
necessary; the files are small and are kept in the repository.
"""

from collections import defaultdict
from pathlib import Path

import numpy as np

from reference.protocols import Array
from tests.reference.golden import with_torch
from tests.reference.golden.cases import cases


def main() -> None:
    """Ask PyTorch about every case and write one file per operation."""
    files: dict[str, dict[str, Array]] = defaultdict(dict)
    for case in cases():
        expected = with_torch.answer(case.name, case.conventions, case.arrays)
        for side, arrays in (("input", case.arrays), ("answer", expected)):
            for name, array in arrays.items():
                files[case.name][f"{case.key}/{side}/{name}"] = array
    for name, content in files.items():
        path = Path(__file__).with_name(f"{name}.npz")
        np.savez_compressed(path, allow_pickle=False, **content)


if __name__ == "__main__":
    main()
