"""Modules that an assignment declares may be imported, and what they do is nothing."""

import builtins

import numpy as np
import pytest

from worker.runner.bindings.module_stubs import Nothing
from worker.runner.loader import load
from worker.runner.stand_ins import StandIns

pytestmark = pytest.mark.usefixtures("clean_interpreter")
PLT = "import matplotlib.pyplot as plt\n"
NAMES = ("plots_of_nobody", "matplotlib", "tqdm", "h5py")


def ran(source: str, *, names: tuple[str, ...] = NAMES, **files: bytes):
    """Run a student's file and return its module and the stand-ins."""
    stand_ins = StandIns(names)
    stand_ins.install()
    sources = {f"{name}.py": text for name, text in files.items()}
    student, _ = load({"mlp.py": source.encode(), **sources}, "mlp.py")
    return student, stand_ins


@pytest.mark.parametrize(
    "lines",
    [
        PLT + "plt.plot([1]); plt.show()",
        "import matplotlib\nmatplotlib.use('Agg')\nprint(matplotlib.__version__)",
        "from matplotlib import pyplot as plt, cm, colors\ncm.viridis(0.5)",
        "from matplotlib.animation import FuncAnimation\nFuncAnimation(1, lambda i: i)",
        "from mpl_toolkits.mplot3d import Axes3D\nAxes3D(1).plot_surface(1, 2, 3)",
        "from matplotlib.pyplot import *\nfigure(); plot([1]); show()",
        PLT + "line, = plt.plot([1])",
        PLT + "n, bins, patches = plt.hist([1])",
        PLT + "fig, ax = plt.subplots(figsize=(3, 3))\nax.plot([1])",
        PLT + "fig, (a, b, c) = plt.subplots(1, 3)\na.plot()",
        PLT + "fig, axes = plt.subplots(2, 2)\naxes[0, 1].plot()\n"
        "axes.ravel()[3].set_title('x')\nfor ax in axes.flat: ax.axis()",
        PLT + "fig, axes = plt.subplots(squeeze=False)\naxes[0, 0].plot()",
        PLT + "def f(ax: plt.Axes | None = None): pass",
        PLT + "while plt.fignum_exists(1): pass",
        PLT + "print(f'{plt.gca().get_ylim()[1] * 1.1:.2f}')",
        PLT + "import numpy as np\n"
        "plt.bar(np.arange(3) + plt.gca().get_width() / 2, 1)",
        "from matplotlib.figure import Figure\nclass Mine(Figure):\n    pass\nMine()",
        PLT + "with plt.style.context('dark'): pass",
        "import plots_of_nobody.deep.module as p\np.draw(1).more[2] = 3",
    ],
)
def test_lines_that_draw_do_nothing_and_do_no_harm(lines: str) -> None:
    student, _ = ran(f"{lines}\nreached = True\n")
    assert student.reached is True


def test_progress_bars_pass_on_what_they_loop_over() -> None:
    student, _ = ran("""
from tqdm import tqdm, trange, notebook
from tqdm.auto import tqdm as auto
bar = tqdm([3, 4], desc="epoch")
seen = [x for x in bar]
bar.set_postfix(loss=0.5)
ranged = list(trange(2, 5, leave=False))
pairs = list(enumerate(auto("ab")))
with tqdm(total=10) as moved:
    moved.update(2)
    moved.update()
sizes = len(bar), len(moved), bar.n, moved.n
other = list(notebook.tqdm([1]))
""")
    assert student.seen == [3, 4]
    assert student.ranged == [2, 3, 4]
    assert student.pairs == [(0, "a"), (1, "b")]
    assert student.sizes == (2, 10, 2, 3)
    assert student.other == [1]


def test_a_bar_prints_what_it_is_asked_to_write(capsys) -> None:
    ran("from tqdm import tqdm\ntqdm.write('epoch 1')")
    assert capsys.readouterr().out == "epoch 1\n"


def test_a_progress_function_that_is_not_here_is_missed() -> None:
    with pytest.raises(ImportError):
        ran("from tqdm.contrib import tenumerate")


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ("import h5py\nh5py.File('train.h5', 'r')", "h5py.File"),
        (PLT + "plt.imread('cat.png')", "imread"),
    ],
)
def test_what_would_read_a_file_says_that_it_cannot(lines: str, name: str) -> None:
    with pytest.raises(FileNotFoundError, match=f"{name} cannot read a file here"):
        ran(lines)


def test_what_was_imported_is_noted_by_its_declared_name() -> None:
    _, stand_ins = ran("import mpl_toolkits.mplot3d\nimport tqdm.auto")
    assert stand_ins.used == {"matplotlib", "tqdm"}


def test_what_was_not_imported_is_not_noted() -> None:
    _, stand_ins = ran("import math")
    assert stand_ins.used == set()


def test_modules_that_are_not_declared_are_missing() -> None:
    with pytest.raises(ModuleNotFoundError):
        ran("import h5py", names=("matplotlib",))


def test_a_file_of_the_students_comes_first() -> None:
    student, stand_ins = ran("import tqdm\nmine = tqdm.mine", tqdm=b"mine = 1")
    assert (student.mine, stand_ins.used) == (1, set())


def test_a_module_that_is_there_comes_first() -> None:
    student, _ = ran("import colorsys\nmine = colorsys", names=("colorsys",))
    assert student.mine.rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)


def test_notebooks_have_their_functions_without_an_import(monkeypatch) -> None:
    for name in ("get_ipython", "display"):  # taken away again afterwards
        monkeypatch.setattr(builtins, name, None, raising=False)
        monkeypatch.delattr(builtins, name)
    _, stand_ins = ran(
        "get_ipython().run_line_magic('matplotlib', 'inline')\ndisplay([1, 2])",
        names=("IPython",),
    )
    assert stand_ins.used == {"IPython"}


@pytest.mark.parametrize("read", [float, int, len])
def test_nothing_cannot_be_read_as_a_number(read) -> None:
    with pytest.raises(TypeError):
        read(Nothing())


def test_an_array_of_nothing_is_no_array_of_numbers() -> None:
    assert np.asarray(Nothing()).dtype == object
