"""The kind ``network``: right students, and every layer wrong in its turn."""

import pytest

from grader.assignments import load_files
from grader.errors import AssignmentError
from grader.report import Verdict
from tests.checks.grading import HEAD
from tests.checks.network_grading import (
    DEEP,
    IMAGE_HEAD,
    LENET,
    assignment,
    graded,
    lost,
    names_in,
    result,
)
from tests.checks.network_students import IMAGES
from tests.checks.students import LOOPS, PLAIN, SINGLE, changed

FIRST_WRONG = "Seen from the loss, the first wrong layer is layer"


@pytest.mark.parametrize("source", [PLAIN, LOOPS, SINGLE], ids=["plain", "loops", "f4"])
@pytest.mark.parametrize("seed", range(3))
def test_right_layers_earn_everything_in_their_place_and_together(
    source: str, seed: int
) -> None:
    report = graded(source, seed=seed)

    assert {one.verdict for one in report.results} == {Verdict.PASSED}
    assert report.score == report.max_score == 7
    assert all(one.diagnosis is None for one in report.results)


def test_single_precision_passes_with_a_notice_or_fails_as_the_assignment_says() -> (
    None
):
    noticed = graded(SINGLE)
    refused = graded(SINGLE, f'{DEEP}\nsingle_precision = "fail"')

    assert "single precision" in result(noticed, "together").evidence["notice"]
    assert "single precision" in result(noticed, "1 Linear").message
    assert "together" in lost(refused)


@pytest.mark.parametrize("seed", range(2))
def test_a_network_of_images_is_drawn_to_fit_and_right_code_earns_everything(
    seed: int,
) -> None:
    report = graded(IMAGES, LENET, seed=seed, head=IMAGE_HEAD)

    assert not lost(report), [one for one in report.results if one.points < 1]
    assert report.max_score == 14


WRONG_IN_TURN = [
    ("Conv2d", "turned = self.params", "turned = -self.params", {1, 4}, 4),
    ("BatchNorm2d", "return d / self.root", "return d", {5}, 5),
    ("ReLU", "np.where(self.on, grad_out, 0.0)", "grad_out / 2", {2, 6}, 6),
    (
        "MaxPool2d",
        "spread = self.winners * grad",
        "spread = self.winners / 4 * grad",
        {3, 7},
        7,
    ),
    (
        "Flatten",
        "return grad_out.reshape(self.shape)",
        "return grad_out[:, ::-1].reshape(self.shape)",
        {8},
        8,
    ),
    ("Tanh", "(1 - self.out**2)", "(1 - self.out)", {10}, 10),
    (
        "Dropout",
        "return grad_out * self.mask / (1 - self.rate)",
        "return grad_out * self.mask",
        {11},
        11,
    ),
    (
        "Linear",
        'grad_out @ self.params["weight"].T',
        'grad_out @ self.params["weight"].T / len(grad_out)',
        {9, 12},
        12,
    ),
]


@pytest.mark.parametrize(
    ("name", "old", "new", "places", "first"),
    [pytest.param(*one, id=one[0]) for one in WRONG_IN_TURN],
)
def test_a_wrong_layer_costs_its_own_places_and_is_named_from_the_loss(
    name: str, old: str, new: str, places: set[int], first: int
) -> None:
    source = changed(IMAGES, (old, new))

    report = graded(source, LENET, head=IMAGE_HEAD)

    assert lost(report) == {f"{place} {name}" for place in places} | {"together"}
    assert f"{FIRST_WRONG} {first} ({name})" in result(report, "together").message


def test_a_missing_mask_that_pooling_hides_costs_the_layer_by_itself() -> None:
    source = changed(IMAGES, ("np.where(self.on, grad_out, 0.0)", "grad_out"))

    report = graded(source, LENET, head=IMAGE_HEAD)

    assert lost(report) == {"2 ReLU", "6 ReLU"}
    diagnosis = result(report, "2 ReLU").diagnosis
    assert diagnosis is not None
    assert diagnosis.id == "M27"


def test_a_wrong_output_is_named_from_the_input() -> None:
    source = changed(PLAIN, ("return np.maximum(x, 0)", "return np.maximum(x, 0.1)"))

    report = graded(source)

    assert lost(report) == {"2 ReLU", "together"}
    message = result(report, "together").message
    assert "Seen from the input, the first wrong layer is layer 2 (ReLU)" in message


def test_a_wrong_gradient_of_the_loss_costs_no_layer() -> None:
    report = graded(changed(PLAIN, ("return grad / n", "return grad")))

    assert lost(report) == {"loss", "together"}
    together = result(report, "together")
    assert "the gradient that SoftmaxCrossEntropy hands" in together.message
    assert together.diagnosis is not None
    assert together.diagnosis.id == "M01"


def test_a_wrong_value_of_the_loss_is_said_to_be_the_loss() -> None:
    source = changed(PLAIN, ("labels]).mean()", "labels]).sum()"))

    report = graded(source)

    assert lost(report) == {"loss", "together"}
    message = result(report, "together").message
    assert message.startswith("All layers give the right output, but the loss")


def test_a_wrong_parameter_gradient_is_not_said_to_reach_other_layers() -> None:
    source = changed(PLAIN, ("grad_out.sum(axis=0)", "grad_out.mean(axis=0)"))

    message = result(graded(source), "together").message

    assert "What it hands back is right; its own gradients are not." in message


def test_the_mistake_of_a_layer_is_named_in_its_place_and_together() -> None:
    source = changed(PLAIN, ("return grad_out * (self.x > 0)", "return grad_out"))

    report = graded(source)

    for quantity in ("2 ReLU", "together"):
        diagnosis = result(report, quantity).diagnosis
        assert diagnosis is not None
        assert diagnosis.id == "M27"


def test_follow_through_counts_a_layer_that_is_wrong_alone_only_once() -> None:
    source = changed(PLAIN, ("return grad_out * (self.x > 0)", "return grad_out"))

    report = graded(source, f"{DEEP}\nfollow_through = 0.5")

    assert lost(report) == {"2 ReLU", "together"}
    assert result(report, "together").points == 0.5
    assert "not counted a second time" in result(report, "together").message


def test_follow_through_is_not_earned_where_no_part_is_right() -> None:
    body = 'layers = ["ReLU"]\nloss = "MeanSquaredError"\nfollow_through = 1.0'
    source = changed(
        PLAIN,
        ("return np.maximum(x, 0)", "return x"),
        ("np.mean(self.difference**2)", "np.sum(self.difference**2)"),
    )

    report = graded(source, body)

    assert report.score == 0


def test_an_exception_in_one_layer_leaves_the_others_their_points() -> None:
    source = changed(PLAIN, ("(1 - self.t**2)", "(1 - self.s**2)"))

    report = graded(source)

    assert lost(report) == {"4 Tanh", "together"}
    together = result(report, "together")
    assert together.verdict is Verdict.ERRORED
    assert together.message.startswith("The network stopped at layer 4 (Tanh).")
    assert "AttributeError" in together.message


def test_numbers_that_are_not_finite_cost_their_layer_only() -> None:
    source = changed(PLAIN, ("self.t = np.tanh(x)", "self.t = np.tanh(x) * np.nan"))

    report = graded(source)

    assert lost(report) == {"4 Tanh", "together"}
    assert "layer 4 (Tanh)" in result(report, "together").message


def test_the_title_names_the_parts_and_the_quantities_their_places() -> None:
    (check,) = assignment(DEEP, names_in(DEEP)).checks

    assert check.outline.title.startswith("Network: Linear, ReLU, Linear, Tanh")
    assert list(check.points) == [
        "1 Linear",
        "2 ReLU",
        "3 Linear",
        "4 Tanh",
        "5 Linear",
        "loss",
        "together",
    ]


def test_only_what_has_points_is_reported() -> None:
    text = (
        f'{HEAD}\n[[check]]\nid = "n"\nkind = "network"\n'
        f'points = {{ "2 ReLU" = 1, together = 0 }}\n{DEEP}'
    )

    (check,) = load_files({"assignment.toml": text.encode()}).checks

    assert check.points == {"2 ReLU": 1, "together": 0}


@pytest.mark.parametrize(
    ("operation", "extra"),
    [
        ("embedding", ""),
        ("threshold", ""),
        ("rnn", ""),
    ],
)
def test_a_layer_of_something_else_than_a_batch_of_rows_is_refused(
    operation: str, extra: str
) -> None:
    head = HEAD.replace('operation = "relu"', f'operation = "{operation}"\n{extra}')

    with pytest.raises(AssignmentError, match=r"layers.1.: must be a layer of one arr"):
        assignment(DEEP, names_in(DEEP), head)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("widths = [6, 8, 4]", "widths = [6, 8]", "widths: must be 3 numbers"),
        ('"ReLU"', '"Conv"', "layers[1]: there is no [[component]] named 'Conv'"),
        ('"ReLU"', '"SGD"', "layers[1]: must be a layer, but 'SGD' is an optimizer"),
        ('loss = "S', 'loss = "T', "loss: there is no [[component]]"),
        ('loss = "SoftmaxCrossEntropy"', 'loss = "ReLU"', "loss: must be a loss"),
        (
            "widths",
            "example = [7, 3]\nwidths",
            "layers[0]: Linear: x must be (N, 7), got (5, 7, 3)",
        ),
    ],
)
def test_parts_that_do_not_fit_are_refused_with_the_key(
    old: str, new: str, problem: str
) -> None:
    body = DEEP.replace(old, new, 1)

    with pytest.raises(AssignmentError) as refused:
        assignment(body, names_in(body))

    assert problem in str(refused.value)


def test_layouts_and_shapes_that_an_assignment_accepts_hold_in_a_network() -> None:
    head = HEAD.replace(
        'construct = ["in_features", "out_features"]\n',
        'construct = ["out_features", "in_features"]\n'
        "[component.arrays.weight]\naxes = [1, 0]\n"
        '[component.accept]\ngrad_bias = ["row"]\n',
    )
    source = changed(
        PLAIN,
        ("__init__(self, in_features, out_features)", "__init__(self, out, inputs)"),
        ("np.random.randn(in_features, out_features)", "np.random.randn(out, inputs)"),
        ("np.zeros(out_features)", "np.zeros(out)"),
        ('x @ self.params["weight"] +', 'x @ self.params["weight"].T +'),
        ("self.x.T @ grad_out", "grad_out.T @ self.x"),
        ("grad_out.sum(axis=0)", "grad_out.sum(axis=0, keepdims=True)"),
        ('grad_out @ self.params["weight"].T', 'grad_out @ self.params["weight"]'),
    )

    report = graded(source, head=head)

    assert not lost(report), [one for one in report.results if one.points < 1]
