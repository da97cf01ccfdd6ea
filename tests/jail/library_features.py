"""What students do with the standard library: one function each, as in `features`."""

import abc
import argparse
import array
import ast
import base64
import bisect
import calendar
import cmath
import collections
import contextlib
import copy
import csv
import dataclasses
import datetime
import decimal
import difflib
import doctest
import enum
import fractions
import functools
import gc
import glob
import hashlib
import heapq
import inspect
import io
import itertools
import json
import logging
import math
import numbers
import operator
import os.path
import pathlib
import pickle  # noqa: TID251 - of the student's own objects
import platform
import pprint
import re
import statistics
import string
import struct
import sys
import textwrap
import time
import timeit
import traceback
import types
import typing
import unittest
import uuid
import warnings
import weakref
import zlib

import numpy as np


@dataclasses.dataclass(order=True)
class Settings:
    rate: float
    sizes: list[int] = dataclasses.field(default_factory=lambda: [4, 3])


class Kind(enum.Enum):
    TRAIN = enum.auto()
    TEST = enum.auto()


class Layer(abc.ABC):
    @abc.abstractmethod
    def forward(self, x): ...


class Twice(Layer):
    """Double a number.

    >>> Twice().forward(2)
    4
    """

    def forward(self, x):
        return 2 * x


def data_classes():
    made = dataclasses.replace(Settings(0.1), rate=0.2)
    return [dataclasses.asdict(made), repr(made), made > Settings(0.1)]


def enumerations():
    return [Kind["TEST"].value, [kind.name for kind in Kind], Kind(1) is Kind.TRAIN]


def abstract_classes():
    with contextlib.suppress(TypeError):
        Layer()
    return [Twice().forward(4), isinstance(Twice(), Layer), inspect.isabstract(Layer)]


def typing_tools():
    class Pair(typing.NamedTuple):
        weight: float
        bias: float

    hints = typing.get_type_hints(Settings)
    return [Pair(1.0, 2.0)._asdict(), sorted(hints), str(typing.Literal[1])]


def function_tools():
    @functools.lru_cache(maxsize=99)
    def fibonacci(n):
        return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

    add = functools.partial(operator.add, 3)
    chained = functools.reduce(operator.mul, [1, 2, 3, 4])
    return [fibonacci(60), add(4), chained, operator.itemgetter(1)([5, 6])]


def iteration_tools():
    batches = list(itertools.islice(itertools.count(0, 4), 3))
    pairs = list(itertools.product("ab", repeat=2)), list(itertools.pairwise("abc"))
    runs = [(key, len(list(group))) for key, group in itertools.groupby("aabbb")]
    sums = list(itertools.accumulate([1, 2, 3], initial=10))
    return [batches, pairs, runs, sums, list(itertools.chain("ab", [1]))]


def collection_types():
    history = collections.defaultdict(list)
    history["loss"].append(0.5)
    last = collections.deque(range(9), maxlen=3)
    ordered = collections.OrderedDict(b=1, a=2)
    ordered.move_to_end("b")
    point = collections.namedtuple("Point", "x y")(1, 2)
    top = collections.Counter("mississippi").most_common(2)
    return [history, list(last), list(ordered), point._replace(x=3), top]


def json_text():
    text = json.dumps({"rate": 0.1, "sizes": [4, 3]}, indent=1, sort_keys=True)
    return [json.loads(text), text]


def regular_expressions():
    found = re.findall(r"(\w+)=([\d.]+)", "lr=0.1, eps=1.5")
    return [found, re.sub(r"\s+", " ", "a  b\nc"), bool(re.fullmatch("a+", "aaa"))]


def mathematics():
    plain = [math.erf(0.5), math.gamma(4.5), math.fsum([0.1] * 10), math.comb(9, 3)]
    return [*plain, math.hypot(3, 4), math.isclose(0.3, 0.1 + 0.2), abs(cmath.sqrt(-4))]


def copies():
    first = {"w": [np.ones(2), 3]}
    deep, shallow = copy.deepcopy(first), copy.copy(first)
    first["w"][0][0] = 5.0
    return [deep["w"][0].tolist(), shallow["w"][0].tolist()]


def clocks():
    began, wall = time.perf_counter(), time.time()
    passed = time.perf_counter() - began
    return [0 <= passed < 60, wall > 1e9, len(time.strftime("%Y-%m-%d %H:%M")) == 16]


def moments():
    then = datetime.datetime.strptime("2024-02-27 10:30Z", "%Y-%m-%d %H:%M%z")
    later = then + datetime.timedelta(days=3, hours=2)
    aware = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    return [later.isoformat(), later.strftime("%a %d %b"), aware.timestamp()]


def exact_numbers():
    with decimal.localcontext() as context:
        context.prec = 20
        third = decimal.Decimal(1) / 3
    return [str(third), str(fractions.Fraction(0.25) + fractions.Fraction(1, 3))]


def statistics_of_lists():
    seen = [1.0, 2.0, 4.0, 4.0]
    spread = [statistics.mean(seen), statistics.stdev(seen), statistics.median(seen)]
    return [*spread, statistics.mode(seen), statistics.NormalDist(0, 1).cdf(1.0)]


def contexts():
    order = []

    @contextlib.contextmanager
    def training():
        order.append("in")
        try:
            yield 3
        finally:
            order.append("out")

    with training() as value, contextlib.ExitStack() as stack:
        stack.callback(order.append, "stack")
    held = io.StringIO()
    with contextlib.redirect_stdout(held):
        print("epoch", 1)  # noqa: T201
    return [order, value, held.getvalue()]


def caught_warnings():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.warn("slow", UserWarning, stacklevel=1)
    return [str(one.message) for one in caught]


def logging_to_text():
    held = io.StringIO()
    logger = logging.Logger("training")  # noqa: LOG001 - kept apart
    logger.addHandler(logging.StreamHandler(held))
    logger.info("loss %.2f", 0.5)
    logger.warning("rate %s", 0.1)
    return held.getvalue()


def pickling():
    class_made = pickle.dumps(Settings(0.3), protocol=4)
    arrays = pickle.loads(pickle.dumps(np.arange(3.0)))
    return [pickle.loads(class_made).rate, arrays.tolist()]


def unit_tests():
    class Checks(unittest.TestCase):
        def test_right(self):
            self.assertEqual(Twice().forward(2), 4)  # noqa: PT009

        def test_wrong(self):
            self.assertAlmostEqual(0.1, 0.2)  # noqa: PT009

    suite = unittest.defaultTestLoader.loadTestsFromTestCase(Checks)
    result = unittest.TextTestRunner(stream=io.StringIO()).run(suite)
    return [result.testsRun, len(result.failures), len(result.errors)]


def doctests():
    test = doctest.DocTestFinder().find(Twice, "Twice", globs={"Twice": Twice})[0]
    outcome = doctest.DocTestRunner(verbose=False).run(test, out=lambda _: None)
    return [outcome.attempted, outcome.failed]


def inspecting():
    text = inspect.getsource(Twice.forward)
    signature = str(inspect.signature(Settings))
    return [textwrap.dedent(text), signature, inspect.getdoc(Twice)[:16]]


def texts():
    shown = string.Template("$name: $loss").substitute(name="relu", loss=0.5)
    wrapped = textwrap.fill("a long line " * 6, width=30)
    table = str.maketrans("ab", "ba")
    return [shown, wrapped, "abba".translate(table), string.ascii_lowercase[:3]]


def heaps_and_bisection():
    heap = [5, 1, 4]
    heapq.heapify(heap)
    heapq.heappush(heap, 2)
    kept = sorted([1, 3, 7])
    bisect.insort(kept, 5)
    return [heapq.heappop(heap), heapq.nlargest(2, heap), kept, bisect.bisect(kept, 3)]


def bytes_and_texts():
    packed = struct.pack("<if", 3, 0.5)
    pressed = zlib.decompress(zlib.compress(b"weights" * 9))
    digest = hashlib.sha256(packed).hexdigest()
    return [packed.hex(), len(pressed), digest, base64.b64encode(packed).decode()]


def encodings():
    name = "Zoë λ"
    coded = [name.encode(code).hex() for code in ("utf-8", "utf-16", "utf-8-sig")]
    return [
        *coded,
        "Zoë".encode("latin-1").hex(),
        name.encode("ascii", "replace").hex(),
    ]


def tables():
    held = io.StringIO()
    writer = csv.DictWriter(held, ["epoch", "loss"])
    writer.writeheader()
    writer.writerow({"epoch": 1, "loss": 0.5})
    return [held.getvalue(), list(csv.reader(["1,2", '"a,b",c']))]


def paths():
    path = pathlib.PurePath("data") / "train.csv"
    missing = pathlib.Path("no_such_file_of_mine").exists()
    return [
        path.suffix,
        path.stem,
        os.path.join("a", "b"),
        missing,
        glob.glob("*.nope"),
    ]


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.1)
    return [parser.parse_args(["--lr", "0.5"]).lr, parser.parse_args([]).lr]


def timing():
    return [timeit.timeit("1 + 1", number=10) >= 0, platform.python_version()]


def errors_as_text():
    try:
        {}["weight"]
    except KeyError:
        shown = traceback.format_exc().splitlines()
    return [shown[0], shown[-1]]


def printed_structures():
    deep = {"layers": [{"name": "conv", "shape": (3, 3)}] * 2, "rate": 0.1}
    changed = list(difflib.unified_diff(["a"], ["b"], lineterm=""))
    return [pprint.pformat(deep, width=40), changed]


def objects_and_memory():
    layer = Twice()
    seen = weakref.ref(layer)
    alive = seen() is layer
    space = types.SimpleNamespace(rate=0.1)
    gc.collect()
    return [alive, space.rate, sys.getsizeof([]) > 0, isinstance(3, numbers.Integral)]


def code_as_text():
    tree = ast.parse("x = [1, 2]\ny = x[0]")
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return [sorted(names), ast.literal_eval("{'a': [1, 2]}"), eval("2 ** 10")]


def small_arrays():
    small = array.array("d", [1.0, 2.0])
    return [small.tolist(), np.frombuffer(small).sum(), memoryview(small).nbytes]


def calendars_and_ids():
    named = uuid.uuid5(uuid.NAMESPACE_DNS, "layer")
    return [calendar.isleap(2024), calendar.month_abbr[2], str(named)]


def generators():
    def batches(size):
        for start in range(0, 10, size):
            received = yield start
            if received:
                return "stopped"

    running = batches(4)
    seen = [next(running), next(running)]
    try:
        running.send(True)
    except StopIteration as stop:
        seen.append(stop.value)
    return seen


def matching():
    found = []
    for layer in ({"kind": "fc", "size": 3}, ("relu",), 5):
        match layer:
            case {"kind": kind, "size": size}:
                found.append([kind, size])
            case (name,):
                found.append(name)
            case other:
                found.append(other)
    return found


def deep_recursion():
    def depth(n):
        return 0 if n == 0 else 1 + depth(n - 1)

    return depth(900)
