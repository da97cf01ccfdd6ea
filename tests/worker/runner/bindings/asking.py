"""Ask a binding as the child does, without a jail."""

from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np

from grader.contract.messages import Phase
from worker.runner.bindings.base import Binding, Request

LINEAR = """
import numpy as np

class Linear:
    def __init__(self, n, m):
        self.weight = np.zeros((n, m))
        self.params = {"weight": self.weight, "bias": np.zeros(m)}
        self.grads = {}

    def forward(self, x):
        self.x = x
        return x @ self.weight + self.params["bias"]

    def backward(self, grad_out):
        self.grads["weight"] = self.x.T @ grad_out
        self.grads["bias"] = grad_out.sum(axis=0)
        return grad_out @ self.weight.T
"""


@dataclass
class Answer:
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    phases: list[Phase] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    error: BaseException | None = None

    def enter(self, phase: Phase) -> None:
        self.phases.append(phase)

    @property
    def sentence(self) -> str:
        return str(self.error)


def student(source: str) -> ModuleType:
    module = ModuleType("mlp")
    exec(compile(source, "mlp.py", "exec"), module.__dict__)
    return module


def ask(
    binding: Binding,
    source: str,
    arrays: dict[str, np.ndarray] | None = None,
    action: str = "linear",
    **options: Any,
) -> Answer:
    answer = Answer()
    request = Request(action, arrays or {}, options)
    try:
        for part in binding(student(source), request, answer):
            answer.arrays.update(part)
    except BaseException as error:  # noqa: BLE001 - the child takes anything as well
        answer.error = error
    return answer
