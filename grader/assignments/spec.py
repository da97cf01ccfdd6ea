"""What ``assignment.toml`` may say; everything is checked before anything is graded."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, InstanceOf, model_validator

from grader.checks import CheckParams, Component
from grader.contract.limits import Limits

Positive = Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)]
Bytes = Annotated[int, Field(strict=True, gt=0)]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*\.py$")]
BUILT_IN = "layer_classes"
# Python with NumPy and its first matrix product need 160 MB of address space; with less
# the jail cannot even lock itself, which would look like a failure of ours.
LEAST_MEMORY = 192 << 20
DEFAULT = Limits()


class Section(BaseModel):
    """A table of the file: unknown keys are refused, nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SubmissionSpec(Section):
    """What students upload.

    Parameters
    ----------
    entry
        File that is imported. A single upload of any name is loaded under this one.
    """

    entry: FileName = "submission.py"


class BindingSpec(Section):
    """How the grader talks to the student's code.

    Parameters
    ----------
    use
        A built-in binding.
    file
        The assignment's own ``binding.py``, in place of a built-in one.
    """

    use: str = ""
    file: str = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> "BindingSpec":
        if bool(self.use) == bool(self.file):
            raise ValueError('give either "use" or "file"')
        return self


class LimitsSpec(Section):
    """Bounds for each of the student's processes; what is left out has its default."""

    load_seconds: Positive = DEFAULT.load_seconds
    wall_seconds: Positive = DEFAULT.wall_seconds
    cpu_seconds: Annotated[int, Field(strict=True, gt=0, le=600)] = DEFAULT.cpu_seconds
    memory_bytes: Annotated[int, Field(strict=True, ge=LEAST_MEMORY)] = (
        DEFAULT.memory_bytes
    )
    reply_bytes: Bytes = DEFAULT.reply_bytes
    log_bytes_kept: Bytes = DEFAULT.log_bytes_kept
    log_bytes_fatal: Bytes = DEFAULT.log_bytes_fatal

    def to_limits(self) -> Limits:
        """Return the values that go to the jail."""
        return Limits(**self.model_dump())


class ComponentSpec(Section):
    """One part of the student's code.

    Parameters
    ----------
    name
        The class in the student's file.
    operation
        What it must compute, a name in ``reference/operations``.
    arguments
        ``construct``: constructor arguments: names of sizes or settings, or numbers.
    convention
        Keyword arguments of the reference operation, such as a reduction.
    """

    name: Identifier
    operation: str
    arguments: tuple[str | int | float, ...] = Field(default=(), alias="construct")
    convention: Mapping[str, Any] = Field(default_factory=dict)

    def to_component(self) -> Component:
        """Return the value that checks work with."""
        return Component(self.name, self.operation, self.arguments, self.convention)


class AssignmentFrame(Section):
    """The file without its checks, whose keys depend on their kind."""

    format: Literal[1]
    slug: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    submission: SubmissionSpec = SubmissionSpec()
    binding: BindingSpec = BindingSpec(use=BUILT_IN)
    limits: LimitsSpec = LimitsSpec()
    components: tuple[ComponentSpec, ...] = Field(default=(), alias="component")


class AssignmentSpec(AssignmentFrame):
    """A whole and valid ``assignment.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    checks: tuple[InstanceOf[CheckParams], ...] = Field(alias="check", min_length=1)
