"""A mistake that no check judges by itself may still show in a network."""

from dataclasses import replace

import pytest

from grader import engine
from grader.assignments import load_files
from grader.report import Verdict
from grader.validation.known_mistakes import NOT_IN_NETWORK, Fate, known_mistakes
from grader.validation.network_students import quantities_with, student_of
from reference.misconceptions import for_operation
from tests.assignment_text import CLASSIFIER

NET = 'layers = ["Linear", "ReLU", "Linear"]\nloss = "Loss"\n'
TRAINED = f'{NET}optimizer = "SGD"\nsettings = {{ lr = 0.2 }}\ndata = "moons"\n'
CHECKS = {
    "network": NET
    + "widths = [5, 3]\n"
    + 'points = { "1 Linear" = 1, "2 ReLU" = 1, "3 Linear" = 1, "loss" = 1 }\n',
    "training": TRAINED
    + "hidden = [6]\nexamples = 43\nbatch_size = 8\nepochs = 2\n"
    + "points = { losses = 1 }\n",
}


def loaded(kind, parts=CLASSIFIER):
    text = f'{parts}\n[[check]]\nid = "all"\nkind = "{kind}"\n{CHECKS[kind]}'
    return load_files({"assignment.toml": text.encode()})


def a_right_entry():
    """An entry that changes nothing: its student does everything as it should."""
    entry = for_operation("relu")[0]
    return type(entry)(
        entry.id, entry.operation, "", "", "", lambda operation, arrays: {}
    )


@pytest.mark.parametrize("kind", CHECKS)
def test_a_student_without_a_mistake_passes(kind):
    assignment = loaded(kind)
    (check,) = assignment.checks
    part = check.components["ReLU"]
    student = student_of(check, part, a_right_entry(), ())
    report = engine.grade(assignment, {}, "", seed=3, jail=student)
    judged = quantities_with(check, part)
    verdicts = {one.quantity: one.verdict for one in report.results}
    assert judged
    assert {verdicts[name] for name in judged} == {Verdict.PASSED}


def mistakes_of(name, kind, parts=CLASSIFIER):
    """Judge the mistakes of one component only."""
    assignment = loaded(kind, parts)
    chosen = tuple(one for one in assignment.spec.components if one.name == name)
    spec = assignment.spec.model_copy(update={"components": chosen})
    return list(known_mistakes(replace(assignment, spec=spec)))


@pytest.mark.parametrize("kind", CHECKS)
def test_mistakes_of_a_layer_are_caught_by_the_check_of_the_network(kind):
    found = mistakes_of("ReLU", kind)
    caught = [one for one in found if one.fate is Fate.CAUGHT]
    assert len(caught) > 6
    assert {one.caught_by for one in caught} == {("all",)}
    # Division by zero at the kink is all that a network does not show.
    assert {one.id for one in found if one.fate is not Fate.CAUGHT} == {"M380"}


def test_a_network_names_the_mistake_of_a_layer():
    (found,) = (one for one in mistakes_of("ReLU", "network") if one.id == "M35")
    assert found.named


def test_an_optimizer_is_judged_by_the_training_that_uses_it():
    found = mistakes_of("SGD", "training")
    assert len(found) > 2
    assert {one.fate for one in found} == {Fate.CAUGHT}


def test_an_optimizer_of_layers_without_a_bias_is_played_too():
    bare = CLASSIFIER.replace(
        'operation = "linear"\n',
        'operation = "linear"\nconvention = { bias = "none" }\n',
    )
    found = mistakes_of("SGD", "training", bare)
    assert {one.fate for one in found} == {Fate.CAUGHT}


def test_what_a_network_does_not_hold_stays_unjudged():
    found = mistakes_of("SGD", "network")
    assert {one.fate for one in found} == {Fate.SURVIVES}
    assert not any(NOT_IN_NETWORK in one.reason for one in found)


def test_what_a_network_does_not_show_is_said_to_be_so(monkeypatch):
    right = a_right_entry()
    monkeypatch.setattr(
        "grader.validation.known_mistakes.student_of",
        lambda check, part, entry, wrong: student_of(check, part, right, ()),
    )
    found = mistakes_of("SGD", "training")
    assert {one.fate for one in found} == {Fate.SURVIVES}
    assert all(one.reason.endswith(NOT_IN_NETWORK) for one in found)
