"""Checks that are missing, or that leave something unjudged."""

from collections.abc import Iterable, Iterator

from grader.assignments import Assignment
from grader.checks import Check
from grader.checks.convergence import ConvergenceCheck
from grader.validation.complaints import Complaint, advice, weak

# Kinds that say whether the numbers of a forward pass are right.
OF_VALUES = frozenset({"forward", "loss", "network", "program", "training"})
OF_GRADIENTS = frozenset({"backward", "gradcheck"})
# Keys of a check under which components stand.
PLACES = ("layers", "loss", "optimizer")


def no_points(assignment: Assignment) -> Iterator[Complaint]:
    """Find an assignment in which nothing can be earned."""
    if not assignment.max_score:
        yield weak(
            "no-points",
            "check, points",
            "No check has points: every submission, even an empty one, scores "
            "everything there is.",
        )


def unjudged_component(assignment: Assignment) -> Iterator[Complaint]:
    """Find components about which no check with points asks."""
    judged = {
        name
        for check in _with_points(assignment)
        if check.params.kind != "interface"
        for name in components_of(check)
    }
    for spec in assignment.spec.components:
        if spec.name not in judged:
            yield weak(
                "unjudged-component",
                f"component {spec.name}",
                "No check with points asks what it computes. Add a check, or points, "
                "or leave the component out.",
            )


def gradients_without_forward(assignment: Assignment) -> Iterator[Complaint]:
    """Find components whose gradients have points and whose values have none."""
    own_binding = bool(assignment.spec.binding.file)
    kinds: dict[str, set[str]] = {}
    for check in _with_points(assignment):
        for name in components_of(check):
            part = check.components[name]
            # An own binding may know the same class under several names.
            known_as = part.operation if own_binding else name
            kinds.setdefault(known_as, set()).add(check.params.kind)
    for spec in assignment.spec.components:
        found = kinds.get(spec.operation if own_binding else spec.name, set())
        is_known = spec.to_component().reference().has_answer
        if is_known and found & OF_GRADIENTS and not found & OF_VALUES:
            yield weak(
                "gradients-without-forward",
                f"component {spec.name}",
                "Its gradients have points and its forward has none: a wrong forward "
                "costs nothing. Add a forward check.",
            )


def accuracy_without_losses(assignment: Assignment) -> Iterator[Complaint]:
    """Find trainings that are judged by what they reach alone."""
    for check in _with_points(assignment):
        if check.kind == "training" and not check.points.get("losses"):
            yield weak(
                "accuracy-without-losses",
                f"check {check.params.id}, points.losses",
                "A network learns with many mistakes in its loop. Give points to "
                "losses as well: they are compared step by step.",
            )


def convergence_alone(assignment: Assignment) -> Iterator[Complaint]:
    """Find assignments whose only judge of a training is what it reaches."""
    every = list(_with_points(assignment))
    precise = any(check.kind in ("training", "program") for check in every)
    for check in every:
        if isinstance(check, ConvergenceCheck) and not precise:
            yield advice(
                "convergence-alone",
                f"check {check.params.id}",
                "What a training reaches says that it learns and not that it is right. "
                'Where the handout fixes start and order, a check of kind "training" '
                "sees every mistake of the loop.",
            )


def points_for_public_inputs(assignment: Assignment) -> Iterator[Complaint]:
    """Find points on inputs that everybody can learn by heart."""
    for check in _with_points(assignment):
        if check.params.public_inputs:
            yield weak(
                "points-for-public-inputs",
                f"check {check.params.id}, points",
                "Its inputs are public and always the same, so answers can be written "
                "down without computing them. Set its points to 0 and add a check that "
                "draws its inputs for every run.",
            )


def without_follow_through(assignment: Assignment) -> Iterator[Complaint]:
    """Find gradients that lose all points because the forward before them is wrong."""
    names = [
        check.params.id
        for check in _with_points(assignment)
        if getattr(check.params, "follow_through", None) == 0
        and check.kind in ("backward", "loss")
    ]
    if names:
        yield advice(
            "without-follow-through",
            f"check {', '.join(names)}, follow_through",
            "A gradient that is right for the student's own wrong forward earns "
            "nothing here: one mistake costs twice. follow_through = 0.5 gives half.",
        )


def components_of(check: Check) -> Iterable[str]:
    """Return the names of all components that a check asks about."""
    found = [check.component]
    for place in PLACES:
        value = getattr(check.params, place, ())
        found += [value] if isinstance(value, str) else list(value)
    return [name for name in found if name in check.components]


def _with_points(assignment: Assignment) -> Iterator[Check]:
    return (check for check in assignment.checks if any(check.points.values()))
