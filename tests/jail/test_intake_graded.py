"""What students really hand in is graded, and nothing harmless costs them a point."""

import io
import json
import zipfile
from functools import cache

import pytest

from grader import engine
from grader.assignments import Assignment, load_files
from grader.contract.jail import Jail
from grader.errors import SandboxUnavailableError
from grader.intake import prepare
from grader.report import Report
from tests.jail import grading
from tests.requirements import require
from worker.jail import JailSettings, create_jail

RIGHT = """
import numpy as np


class Tanh:
    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, grad_out):
        return grad_out * (1 - self.out**2)
"""
USED = "is not installed where your code is graded, so a stand-in took its place"
OUTPUT = {
    "output_type": "display_data",
    "metadata": {},
    "data": {"image/png": "iVBORw0KGgo" * (650 << 10)},
}


@pytest.fixture(scope="module")
def jail() -> Jail:
    try:
        return create_jail(JailSettings())
    except SandboxUnavailableError as error:
        require("sandbox", str(error))


@cache
def assignment(stubs: str = "") -> Assignment:
    return load_files(
        {
            "assignment.toml": grading.TEXT.replace(
                "[[component]]", f"{stubs}\n[[component]]", 1
            ).encode()
        }
    )


def graded(jail: Jail, uploads: dict[str, bytes], stubs: str = "") -> Report:
    prepared = prepare(uploads, entry="mlp.py")
    return engine.grade(
        assignment(stubs),
        prepared.files,
        prepared.entry,
        seed=3,
        jail=jail,
        notices=prepared.notices,
    )


def notebook(*cells: str) -> bytes:
    code = {"cell_type": "code", "metadata": {}, "execution_count": 1}
    made = [{**code, "outputs": [OUTPUT] * (n == 0)} for n in range(len(cells))]
    for cell, source in zip(made, cells, strict=True):
        cell["source"] = source
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": made}
    ).encode()


def zipped(**files: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, source in files.items():
            archive.writestr(name.replace("__", "/") + ".py", source)
    return held.getvalue()


@pytest.mark.parametrize(
    "source",
    [
        RIGHT.replace("\n", "\r\n").encode(),
        RIGHT.replace("\n", "\r").encode(),
        RIGHT.replace("    ", "\t").encode(),
        b"\xef\xbb\xbf" + RIGHT.encode(),
        f"# -*- coding: latin-1 -*-\nauthor = 'Zo\xeb'\n{RIGHT}".encode("latin-1"),
        f"{RIGHT}\nif __name__ == '__main__':\n    raise SystemExit(3)\n".encode(),
        f"{RIGHT}\nprint(Tanh().forward(np.ones(3)))\nassert True\n".encode(),
        f"import unittest\n{RIGHT}\nclass Checks(unittest.TestCase):\n"
        "    def test_it(self):\n        self.fail()\n".encode(),
        f"import argparse\n{RIGHT}\nparser = argparse.ArgumentParser()\n"
        "parser.add_argument('--lr', default=0.1)\nsettings = parser.parse_args()\n"
        "assert settings.lr == 0.1\n".encode(),
        b"try:\n    import torch\nexcept ImportError:\n    pass\n" + RIGHT.encode(),
    ],
    ids=[
        "windows-line-ends",
        "old-mac-line-ends",
        "tabs",
        "byte-order-mark",
        "latin-1",
        "main-guard",
        "trial-at-top-level",
        "unit-tests",
        "arguments",
        "optional-torch",
    ],
)
def test_one_right_file_has_all_points_and_no_notice(jail: Jail, source: bytes) -> None:
    report = graded(jail, {"mlp.py": source})
    assert (report.score, report.notices) == (6.0, ())


@pytest.mark.parametrize(
    "uploads",
    [
        {
            "mlp.py": b"from layers import Tanh\n",
            "layers.py": RIGHT.encode(),
        },
        {
            "work.zip": zipped(
                hw__mlp="from net.layers import Tanh\n",
                hw__net__layers="from net import shared\n" + RIGHT,
                hw__net__shared="one = 1\n",
            )
        },
        {"work.zip": zipped(mlp="from mine import *\n", mine=RIGHT)},
    ],
    ids=["two-files", "zip-with-a-package", "zip-with-a-star-import"],
)
def test_several_files_work_together(jail: Jail, uploads: dict[str, bytes]) -> None:
    assert graded(jail, uploads).score == 6.0


def test_a_notebook_with_commands_and_seven_megabytes_of_outputs(jail: Jail) -> None:
    data = notebook(
        "%matplotlib inline\n!pip install numpy\nimport numpy as np",
        "%%time\n" + RIGHT,
        "%%bash\nrm -rf results",
        "import matplotlib.pyplot as plt\nplt.plot(Tanh().forward(np.ones(3)))\n"
        "display(plt.gcf())\nTanh?",
    )
    report = graded(jail, {"homework.ipynb": data})
    loaded, commands, used = report.notices
    assert len(data) > 7_000_000
    assert report.score == 6.0
    assert loaded == "homework.ipynb was loaded as mlp.py."
    assert commands.startswith("5 notebook commands in homework.ipynb were not run")
    assert used.startswith("IPython and matplotlib are not installed where your code")


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()", "matplotlib"),
        ("from tqdm import tqdm\nassert sum(tqdm([1, 2])) == 3", "tqdm"),
        ("from IPython.display import clear_output\nclear_output()", "IPython"),
        ("get_ipython().run_line_magic('matplotlib', 'inline')", "IPython"),
    ],
)
def test_a_stray_line_costs_nothing_and_is_mentioned(
    jail: Jail, lines: str, name: str
) -> None:
    report = graded(jail, {"mlp.py": f"{lines}\n{RIGHT}".encode()})
    assert report.score == 6.0
    assert len(report.notices) == 1
    assert report.notices[0].startswith(f"{name} {USED}")


def test_a_stand_in_that_is_used_later_is_mentioned_too(jail: Jail) -> None:
    source = RIGHT.replace(
        "        return self.out",
        "        from matplotlib import pyplot\n        return self.out",
    )
    report = graded(jail, {"mlp.py": source.encode()})
    assert report.score == 6.0
    assert report.notices[0].startswith(f"matplotlib {USED}")


def test_an_assignment_declares_what_else_has_a_stand_in(jail: Jail) -> None:
    source = (
        "import h5py\ntry:\n    h5py.File('train.h5')\nexcept FileNotFoundError:\n"
        f"    pass\n{RIGHT}"
    )
    report = graded(jail, {"mlp.py": source.encode()}, 'stubs = ["h5py"]')
    assert report.score == 6.0
    assert report.notices[0].startswith(f"h5py {USED}")


def test_without_declared_stubs_a_plot_is_an_error_with_advice(jail: Jail) -> None:
    source = f"import matplotlib.pyplot as plt\n{RIGHT}"
    report = graded(jail, {"mlp.py": source.encode()}, "stubs = []")
    assert (report.score, report.notices) == (0.0, ())
    assert "Please remove the plots" in report.results[0].message


def test_a_name_that_was_not_declared_never_becomes_a_notice(jail: Jail) -> None:
    source = (
        "import sys\nfinder = next(f for f in sys.meta_path if hasattr(f, 'used'))\n"
        f"finder.used.add('<b>you have won</b>')\n{RIGHT}"
    )
    assert graded(jail, {"mlp.py": source.encode()}).notices == ()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("import torch", "the gradients are to be your own"),
        ("from jax import grad", "the gradients are to be your own"),
        ("import tensorflow as tf", "the gradients are to be your own"),
        ("from autograd import grad", "the gradients are to be your own"),
        ("from sklearn.datasets import load_digits", "sklearn is not available here"),
        ("from my_layers import Linear", "If my_layers.py is a file of yours"),
        ("values = [i for i in xrange(3)]", "xrange is Python 2"),
        ("import h5py", "h5py is not available here"),
        ("rows = open('train.csv').read()", "Files cannot be read or written here"),
    ],
)
def test_what_is_not_there_is_named_in_the_first_check(
    jail: Jail, line: str, words: str
) -> None:
    report = graded(jail, {"mlp.py": f"{line}\n{RIGHT}".encode()})
    assert report.score == 0.0
    assert words in report.results[0].message
    assert "mlp.py, line 1" in report.results[0].message
