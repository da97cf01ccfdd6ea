"""Grade a source with a few checks, without any jail."""

from grader import engine
from grader.assignments import Assignment, load_files
from grader.contract.jail import Jail
from grader.report import CheckResult, Report
from tests.assignment_text import head
from tests.checks.fake_jail import FakeJail

HEAD = head(
    "under-test",
    Linear="linear",
    ReLU="relu",
    Sigmoid="sigmoid",
    Tanh="tanh",
    SoftmaxCrossEntropy="softmax_cross_entropy",
    MeanSquaredError="mean_squared_error",
    SGD="sgd",
    Momentum="momentum",
)

CHECKS = {
    "interface": 'kind = "interface"\npoints = 1\nfunctions = ["train"]',
    "linear-forward": 'kind = "forward"\ncomponent = "Linear"\npoints = 2',
    "relu-forward": 'kind = "forward"\ncomponent = "ReLU"\npoints = 2',
    "sigmoid-forward": 'kind = "forward"\ncomponent = "Sigmoid"\npoints = 2',
    "tanh-forward": 'kind = "forward"\ncomponent = "Tanh"\npoints = 2',
    "linear-backward": (
        'kind = "backward"\ncomponent = "Linear"\nfollow_through = 0.5\n'
        "points = { grad_x = 4, grad_weight = 4, grad_bias = 2 }"
    ),
    "relu-backward": 'kind = "backward"\ncomponent = "ReLU"\npoints = 4',
    "sigmoid-backward": 'kind = "backward"\ncomponent = "Sigmoid"\npoints = 4',
    "tanh-backward": (
        'kind = "backward"\ncomponent = "Tanh"\npoints = 4\nfollow_through = 0.5'
    ),
    "linear-gradcheck": 'kind = "gradcheck"\ncomponent = "Linear"',
    "cross-entropy-gradcheck": 'kind = "gradcheck"\ncomponent = "SoftmaxCrossEntropy"',
    "cross-entropy": (
        'kind = "loss"\ncomponent = "SoftmaxCrossEntropy"\nfollow_through = 0.5\n'
        "points = { loss = 2, grad_logits = 4, stability = 2 }"
    ),
    "squared-error": (
        'kind = "loss"\ncomponent = "MeanSquaredError"\n'
        "points = { loss = 2, grad_predictions = 4 }"
    ),
    "sgd": 'kind = "optimizer"\ncomponent = "SGD"\npoints = 3\nsteps = 5',
    "momentum": (
        'kind = "optimizer"\ncomponent = "Momentum"\npoints = 3\n'
        "settings = { lr = 0.1, momentum = 0.8 }"
    ),
    "training": (
        'kind = "training"\nlayers = ["Linear", "ReLU", "Linear"]\n'
        'loss = "SoftmaxCrossEntropy"\noptimizer = "SGD"\nsettings = { lr = 0.2 }\n'
        "accuracy_floor = 0.8\nfollow_through = 0.5\n"
        "points = { losses = 6, accuracy = 4 }"
    ),
}
SHORT = "\nhidden = [6]\nexamples = 100\nbatch_size = 16\nepochs = 4"


def assignment(*ids: str, extra: str = "", head: str = HEAD) -> Assignment:
    """Return an assignment with some of the checks above, training made short.

    ``extra`` lines belong to the last check.
    """
    text = head
    for name in ids:
        body = CHECKS[name] + (SHORT if name == "training" else "")
        text += f'\n[[check]]\nid = "{name}"\n{body}\n'
    text += f"{extra}\n"
    return load_files({"assignment.toml": text.encode()})


def graded(
    source: str, *ids: str, seed: int = 1, jail: Jail | None = None, extra: str = ""
) -> Report:
    """Return the report of a source under some of the checks above."""
    files = {"mlp.py": source.encode()}
    wanted = assignment(*ids, extra=extra)
    return engine.grade(wanted, files, "mlp.py", seed=seed, jail=jail or FakeJail())


def result(report: Report, quantity: str) -> CheckResult:
    """Return the only result with this quantity."""
    (found,) = (r for r in report.results if r.quantity == quantity)
    return found
