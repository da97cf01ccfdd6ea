"""Costs of a tree of processes, as the benchmarks read them."""

import os
import subprocess
import sys

from grader.cli.processes import cost, descendants


def test_a_child_belongs_to_the_tree_and_adds_to_its_cost() -> None:
    alone = cost(os.getpid())
    with subprocess.Popen(
        [sys.executable, "-c", "print('up', flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert child.pid in descendants(os.getpid())
        assert cost(child.pid).memory_bytes > 1 << 20
        assert cost(os.getpid()).processes > alone.processes
        child.communicate(b"\n")
    assert child.pid not in descendants(os.getpid())


def test_a_process_that_is_gone_costs_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    assert cost(child.pid).memory_bytes == 0
