"""Weak choices are found, and good ones are left alone."""

import pytest

from grader import assignments
from grader.assignments import load_files
from grader.validation.complaints import Severity
from grader.validation.lint import RULES, lint

HEAD = 'format = 1\nslug = "t"\ntitle = "T"\n[submission]\nentry = "t.py"\n'


def component(name, operation, rest=""):
    return f'[[component]]\nname = "{name}"\noperation = "{operation}"\n{rest}\n'


def check(kind, name="", points="1", rest="", title="a"):
    about = f'component = "{name}"\n' if name else ""
    return (
        f'[[check]]\nid = "{kind}-{name.lower()}{title}"\nkind = "{kind}"\n'
        f"{about}points = {points}\n{rest}\n"
    )


def judged(name, operation, rest=""):
    """A component with its forward check."""
    return component(name, operation, rest) + check("forward", name)


def rules(*parts):
    text = "".join((HEAD, *parts))
    found = lint(load_files({"assignment.toml": text.encode()}))
    return {one.rule: one for one in found}


PARTS = (
    component("Linear", "linear", 'construct = ["in_features", "out_features"]')
    + component("ReLU", "relu")
    + component("Loss", "softmax_cross_entropy")
    + component("SGD", "sgd", 'construct = ["lr"]')
)
NET = 'layers = ["Linear", "ReLU", "Linear"]\nloss = "Loss"\n'
TRAINED = NET + 'optimizer = "SGD"\nsettings = { lr = 0.2 }\n'
STEPS = "examples = 43\nbatch_size = 8\nepochs = 2\n"


def momentum(lr, share, steps=12):
    return component("M", "momentum", 'construct = ["lr", "momentum"]') + check(
        "optimizer",
        "M",
        rest=f"settings = {{ lr = {lr}, momentum = {share} }}\nsteps = {steps}",
    )


WEAK = {
    "no-points": judged("A", "relu").replace("points = 1", "points = 0"),
    "unjudged-component": judged("A", "relu") + component("B", "tanh"),
    "gradients-without-forward": component("A", "relu") + check("backward", "A"),
    "accuracy-without-losses": PARTS
    + check(
        "training",
        points="{ accuracy = 1 }",
        rest=f"{TRAINED}{STEPS}accuracy_floor = 0.3",
    ),
    "convergence-alone": PARTS
    + check("convergence", rest=f"{TRAINED}{STEPS}threshold = 0.3"),
    "points-for-public-inputs": component("A", "relu")
    + check("forward", "A", rest="public_inputs = true"),
    "eps-too-small": judged("A", "layer_norm", "convention = { eps = 1e-5 }"),
    "rate-is-complement": momentum(0.2, 0.8),
    "own-complement": momentum(0.1, 0.5),
    "windows-without-overlap": judged(
        "A", "max_pool2d", "convention = { kernel = [2, 3], stride = [2, 3] }"
    ),
    "equal-widths": PARTS
    + check(
        "training",
        points="{ losses = 1 }",
        rest=f"{TRAINED}{STEPS}hidden = [64]",
    ),
    "full-batches": PARTS
    + check(
        "convergence",
        rest=f"{TRAINED}examples = 48\nbatch_size = 8\nepochs = 2\nthreshold = 0.3",
    ),
    "one-example-at-a-time": judged(
        "A",
        "relu",
        "[component.arrays.x]\naxes = [1]\n[component.arrays.out]\naxes = [1]",
    ),
    "only-stride-one": judged("A", "conv1d", "convention = { stride = 1 }"),
    "unpadded": judged("A", "conv2d", "convention = { padding = 0 }"),
    "without-follow-through": judged("A", "relu") + check("backward", "A"),
}
# The same assignments with the choice that the sentence recommends.
BETTER = {
    "no-points": judged("A", "relu"),
    "unjudged-component": judged("A", "relu"),
    "gradients-without-forward": judged("A", "relu") + check("backward", "A"),
    "accuracy-without-losses": PARTS
    + check(
        "training",
        points="{ losses = 1, accuracy = 1 }",
        rest=f"{TRAINED}{STEPS}accuracy_floor = 0.3",
    ),
    "convergence-alone": WEAK["convergence-alone"]
    + check("training", points="{ losses = 1 }", rest=f"{TRAINED}{STEPS}"),
    "points-for-public-inputs": judged("A", "relu")
    + check("forward", "A", points="0", rest="public_inputs = true", title="b"),
    "eps-too-small": judged("A", "layer_norm", "convention = { eps = 0.1 }"),
    "rate-is-complement": momentum(0.1, 0.8),
    "own-complement": momentum(0.1, 0.8),
    "windows-without-overlap": judged(
        "A", "max_pool2d", "convention = { kernel = [2, 3], stride = 1 }"
    ),
    "equal-widths": WEAK["equal-widths"].replace("[64]", "[9]"),
    "full-batches": WEAK["full-batches"].replace("48", "45"),
    "one-example-at-a-time": judged(
        "A",
        "relu",
        "[component.arrays.x]\naxes = [1, 0]\n[component.arrays.out]\naxes = [1, 0]",
    ),
    "only-stride-one": judged("A", "conv1d", "convention = { stride = 2 }"),
    "unpadded": judged("A", "conv2d", "convention = { padding = 1 }"),
    "without-follow-through": judged("A", "relu")
    + check("backward", "A", rest="follow_through = 0.5"),
}


@pytest.mark.parametrize("rule", WEAK)
def test_a_weak_choice_is_found_with_its_key_and_a_sentence(rule):
    complaint = rules(WEAK[rule])[rule]
    assert complaint.severity in (Severity.WEAK, Severity.ADVICE)
    assert complaint.key.startswith(("check", "component"))
    assert complaint.sentence.endswith(".")


@pytest.mark.parametrize("rule", BETTER)
def test_the_choice_that_is_recommended_is_left_alone(rule):
    assert rule not in rules(BETTER[rule])


def test_every_rule_has_an_example_of_both():
    names = {rule.__name__.replace("_", "-") for rule in RULES}
    assert names == set(WEAK) == set(BETTER)


def test_settings_of_a_check_count_and_not_the_defaults_of_its_component():
    small = component("A", "adam", 'construct = ["lr", "eps"]') + check(
        "optimizer", "A", rest="settings = { lr = 0.1, eps = 1e-8 }"
    )
    assert rules(small)["eps-too-small"].key == "check optimizer-aa, settings.eps"
    assert "eps-too-small" not in rules(small.replace("1e-8", "0.1"))


def test_two_widths_of_a_judged_network_may_not_be_the_same():
    net = NET.replace('"ReLU", "Linear"', '"ReLU", "Linear", "ReLU", "Linear"')
    layers = '{ "1 Linear" = 1 }'
    same = check("network", points=layers, rest=f"{net}widths = [5, 5, 3]")
    assert rules(PARTS, same)["equal-widths"].key == "check network-a, widths"
    other = same.replace("[5, 5, 3]", "[5, 4, 3]")
    assert "equal-widths" not in rules(PARTS, other)


def test_what_is_more_serious_comes_first():
    text = HEAD + WEAK["without-follow-through"] + component("B", "tanh")
    found = lint(load_files({"assignment.toml": text.encode()}))
    assert [one.severity for one in found] == [Severity.WEAK, Severity.ADVICE]


@pytest.mark.parametrize("name", ["modular-mlp", "vectorised-layers", "custom-layer"])
def test_no_shipped_assignment_makes_a_weak_choice(name):
    found = lint(assignments.load_folder(assignments.shipped(name)))
    assert [one for one in found if one.severity is not Severity.ADVICE] == []
