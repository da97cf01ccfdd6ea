"""What ``assignment.toml`` may say; everything is checked before anything is graded."""

import sys
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    InstanceOf,
    model_validator,
)

from grader.checks import CheckParams, Component, attributes
from grader.checks.presentation import scales
from grader.checks.presentation.arrangement import Arrangement, Presentation
from grader.checks.presentation.leniency import VectorForm
from grader.contract.limits import Limits

Positive = Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)]
Bytes = Annotated[int, Field(strict=True, gt=0)]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*\.py$")]
SpokenName = Annotated[str, Field(min_length=1, max_length=200)]
Axis = Annotated[int, Field(strict=True, ge=0)] | Literal["new"]


def _readable(text: str) -> str:
    try:
        scales.parse(text)
    except scales.ScaleError as error:
        raise ValueError(str(error)) from None
    return text


def _not_here(name: str) -> str:
    if name == "numpy" or name in sys.stdlib_module_names:
        raise ValueError(f"{name} is there for students anyway; a stub would hide it")
    return name


def _path(text: str) -> str:
    attributes.parse(text)
    return text


ScaleText = Annotated[str, AfterValidator(_readable)]
PathText = Annotated[str, AfterValidator(_path)]
StubName = Annotated[Identifier, AfterValidator(_not_here)]
BUILT_IN = "layer_classes"
BUILT_INS = (BUILT_IN, "scalar_graph", "array_graph")
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
    stubs
        Modules that may be imported although they are not there: their calls have no
        effect, ``tqdm`` passes on what it loops over, ``h5py`` reads no file. The
        report says which were used. ``[]`` for none; any name will do that is not
        NumPy's or Python's own.
    """

    entry: FileName = "submission.py"
    stubs: tuple[StubName, ...] = ("matplotlib", "tqdm", "IPython")


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


class HintsSpec(Section):
    """When students see what a wrong answer looks like; staff always do.

    Verdicts, numbers and points are shown in any case.

    Parameters
    ----------
    show
        ``"at_once"``, ``"later"`` or ``"never"``.
    after_attempts
        For ``"later"``: hints are in the reports of a student's attempts after so many.
    after_hours
        For ``"later"``: a report gets its hints so long after the files were handed in.
        Of two conditions, one is enough.
    diagnosis
        ``"hidden"`` hides the name of the mistake along with the hint.
    """

    show: Literal["at_once", "later", "never"] = "at_once"
    after_attempts: Annotated[int, Field(strict=True, ge=1)] | None = None
    after_hours: Annotated[float, Field(gt=0, le=8760, allow_inf_nan=False)] | None = (
        None
    )
    diagnosis: Literal["shown", "hidden"] = "shown"

    @model_validator(mode="after")
    def _later_than_what(self) -> "HintsSpec":
        given = self.after_attempts is not None or self.after_hours is not None
        if self.show == "later" and not given:
            raise ValueError('"later" needs "after_attempts" or "after_hours"')
        if self.show != "later" and given:
            raise ValueError(
                '"after_attempts" and "after_hours" are for show = "later" only'
            )
        return self


class ArraySpec(Section):
    """How one array looks in this course, in terms of the reference's array.

    Parameters
    ----------
    axes
        The axes of the student's array: numbers of axes of the reference's array, from
        0, or ``"new"`` for an axis of length 1. One that is left out has length 1.
    form
        ``"one_hot"`` for rows of zeros and a one instead of integers.
    offset
        What the student's integers are larger by: 1 for labels that begin with 1.
    """

    axes: tuple[Axis, ...] | None = None
    form: Literal["", "one_hot"] = ""
    offset: Annotated[int, Field(strict=True)] = 0

    def to_presentation(self) -> Presentation:
        """Return the value that arrangements work with."""
        return Presentation(self.axes, self.form, self.offset)


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
    names
        What students call a quantity, such as ``grad_weight = "dw from
        affine_backward"``; sentences begin with it.
    arrays
        How inputs, outputs and gradients look, where not as in the reference.
    scale
        What a student's array is as a multiple of the reference's, such as ``"1/N"``.
    accept
        Shapes of a vector that will do beside the right one.
    attributes
        Where an object keeps a parameter, a gradient or a state, such as ``grad_weight
        = "weight.grad"``; for the built-in binding ``layer_classes``.
    """

    name: Identifier
    operation: str
    arguments: tuple[str | int | float, ...] = Field(default=(), alias="construct")
    convention: Mapping[str, Any] = Field(default_factory=dict)
    names: Mapping[str, SpokenName] = Field(default_factory=dict)
    arrays: Mapping[str, ArraySpec] = Field(default_factory=dict)
    scale: Mapping[str, ScaleText] = Field(default_factory=dict)
    accept: Mapping[str, tuple[VectorForm, ...]] = Field(default_factory=dict)
    attributes: Mapping[str, PathText] = Field(default_factory=dict)

    def to_component(self) -> Component:
        """Return the value that checks work with."""
        looks = {name: look.to_presentation() for name, look in self.arrays.items()}
        scale = {name: scales.parse(text) for name, text in self.scale.items()}
        paths = {name: attributes.parse(text) for name, text in self.attributes.items()}
        return Component(
            self.name,
            self.operation,
            self.arguments,
            self.convention,
            self.names,
            Arrangement(looks, scale),
            self.accept,
            paths,
        )


class AssignmentFrame(Section):
    """The file without its checks, whose keys depend on their kind."""

    format: Literal[1]
    slug: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    submission: SubmissionSpec = SubmissionSpec()
    binding: BindingSpec = BindingSpec(use=BUILT_IN)
    limits: LimitsSpec = LimitsSpec()
    hints: HintsSpec = HintsSpec()
    components: tuple[ComponentSpec, ...] = Field(default=(), alias="component")


class AssignmentSpec(AssignmentFrame):
    """A whole and valid ``assignment.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    checks: tuple[InstanceOf[CheckParams], ...] = Field(alias="check", min_length=1)
