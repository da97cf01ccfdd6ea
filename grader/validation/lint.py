"""Weak choices in an assignment: each rule is a function, each complaint a sentence."""

from collections.abc import Callable, Iterator

from grader.assignments import Assignment
from grader.validation.complaints import Complaint
from grader.validation.weak_checks import (
    accuracy_without_losses,
    convergence_alone,
    gradients_without_forward,
    no_points,
    points_for_public_inputs,
    unjudged_component,
    without_follow_through,
)
from grader.validation.weak_conventions import (
    eps_too_small,
    one_example_at_a_time,
    only_stride_one,
    own_complement,
    rate_is_complement,
    unpadded,
    windows_without_overlap,
)
from grader.validation.weak_networks import equal_widths, full_batches

Rule = Callable[[Assignment], Iterator[Complaint]]

RULES: tuple[Rule, ...] = (
    no_points,
    unjudged_component,
    gradients_without_forward,
    accuracy_without_losses,
    convergence_alone,
    points_for_public_inputs,
    eps_too_small,
    rate_is_complement,
    own_complement,
    windows_without_overlap,
    equal_widths,
    full_batches,
    one_example_at_a_time,
    only_stride_one,
    unpadded,
    without_follow_through,
)


def lint(assignment: Assignment) -> list[Complaint]:
    """Return everything that the rules find, the more serious first."""
    found = [one for rule in RULES for one in rule(assignment)]
    return sorted(found, key=lambda one: one.severity.rank)
