import subprocess
import sys

import numpy as np
import pytest

from grader.checks import kind_of, kinds
from grader.checks.base import CheckParams, secret_rng, wrong_component
from grader.checks.component import Component
from reference.operations.base import Family
from tests.checks.grading import CHECKS, assignment


def test_kinds_are_the_modules_that_define_one() -> None:
    assert set(kinds()) == {
        "autodiff",
        "backward",
        "convergence",
        "cost",
        "forward",
        "gradcheck",
        "initializer",
        "interface",
        "loss",
        "network",
        "optimizer",
        "program",
        "properties",
        "side_effects",
        "stability",
        "subgradient",
        "training",
    }


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_every_kind_explains_all_its_keys(kind: str) -> None:
    params = kinds()[kind].Params
    assert issubclass(params, CheckParams)
    text = "\n".join(c.__doc__ or "" for c in params.__mro__)

    for name in params.model_fields:
        assert name in text, name


def test_secret_inputs_depend_on_run_check_and_purpose() -> None:
    def draw(seed: int, *names: str) -> float:
        return float(secret_rng(seed, *names).random())

    base = draw(1, "linear", "inputs")
    assert base == draw(1, "linear", "inputs")
    others = [draw(2, "linear", "inputs"), draw(1, "relu", "inputs"), draw(1, "linear")]
    assert base not in others
    assert draw(1, "a", "bc") != draw(1, "ab", "c")


def test_inputs_of_a_check_do_not_depend_on_the_other_checks() -> None:
    from tests.checks.fake_jail import FakeJail
    from tests.checks.grading import graded
    from tests.checks.students import PLAIN

    alone, among = FakeJail(), FakeJail()
    graded(PLAIN, "tanh-forward", jail=alone)
    graded(PLAIN, "linear-forward", "tanh-forward", jail=among)

    first = alone.cases[0].calls[0].arrays["x"]
    assert np.array_equal(first, among.cases[1].calls[0].arrays["x"])


def test_outlines_have_a_title_even_where_none_is_given() -> None:
    for outline in assignment(*CHECKS).check_list:
        assert outline.title
        assert outline.max_points >= 0


def test_a_table_of_points_chooses_what_is_judged() -> None:
    from tests.checks.grading import graded
    from tests.checks.students import PLAIN

    (check,) = assignment("linear-backward").checks
    assert check.points == {"grad_x": 4, "grad_weight": 4, "grad_bias": 2}
    patched = CHECKS["linear-backward"].replace("grad_weight = 4, ", "")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(CHECKS, "linear-backward", patched)
        report = graded(PLAIN, "linear-backward")
    assert [r.quantity for r in report.results] == ["grad_x", "grad_bias"]
    assert report.max_score == 6


def test_a_component_of_another_family_is_refused_by_name() -> None:
    components = {"SGD": Component("SGD", "sgd")}

    assert "must be a layer" in wrong_component("SGD", components, (Family.LAYER,))
    assert "there are: SGD" in wrong_component("Adam", components, (Family.LAYER,))
    assert wrong_component("SGD", components, (Family.OPTIMIZER,)) == ""


def test_constructor_arguments_are_names_or_numbers() -> None:
    part = Component("Linear", "linear", ("in_features", 3))

    assert part.arguments({"in_features": 7}) == [7, 3]


@pytest.mark.parametrize("name", ["nothing_like_this", "compare", "feedback", ""])
def test_what_is_no_kind_is_not_taken_for_one(name: str) -> None:
    assert kind_of(name) is None


def test_an_assignment_imports_its_own_kinds_only() -> None:
    source = (
        "import sys\n"
        "from grader import assignments\n"
        "assignments.load_folder(assignments.shipped('modular-mlp'))\n"
        "print([name for name in ('training', 'autodiff', 'program', 'network')\n"
        "       if f'grader.checks.{name}' in sys.modules])\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "['training']"
