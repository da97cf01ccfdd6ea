"""Numbers as Prometheus reads them: the text format, version 0.0.4.

Source of the rules: the format's description in the documentation of Prometheus,
"Exposition formats".
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


class MetricType(StrEnum):
    """What may be done with the numbers of a family."""

    COUNTER = "counter"
    GAUGE = "gauge"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True)
class Sample:
    """One number.

    Parameters
    ----------
    suffix
        ``_sum`` or ``_count`` in a summary.
    """

    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """All numbers of one name, with a unit in the name."""

    name: str
    kind: MetricType
    help: str
    samples: tuple[Sample, ...]

    def __post_init__(self) -> None:
        """Refuse names that no reader would take."""
        if not _METRIC.fullmatch(self.name):
            raise ValueError(f"Family: must be the name of a metric, got {self.name!r}")
        for sample in self.samples:
            for label in sample.labels:
                if not _LABEL.fullmatch(label):
                    raise ValueError(f"Sample: must be a label's name, got {label!r}")


def render(families: Iterable[Family]) -> str:
    """Return the text of one answer; each line ends with a line feed."""
    return "".join(f"{line}\n" for family in families for line in _lines(family))


def _lines(family: Family) -> Iterator[str]:
    explained = family.help.replace("\\", r"\\").replace("\n", r"\n")
    yield f"# HELP {family.name} {explained}"
    yield f"# TYPE {family.name} {family.kind.value}"
    for sample in family.samples:
        labels = ",".join(f'{k}="{_quoted(v)}"' for k, v in sample.labels.items())
        name = f"{family.name}{sample.suffix}" + (f"{{{labels}}}" if labels else "")
        yield f"{name} {_number(sample.value)}"


def _quoted(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) else repr(float(value))
