"""Every side effect, in the order of reports."""

from collections.abc import Mapping

from grader.checks.effects import inputs, objects, randomness
from grader.checks.effects.base import Effect

EFFECTS: Mapping[str, Effect] = {
    effect.name: effect
    for effect in (
        objects.InputsUnchanged(),
        objects.SecondBackward(),
        objects.SecondForward(),
        objects.TwoObjects(),
        objects.ReturnedView(),
        inputs.BatchOfOne(),
        inputs.NonContiguous(),
        inputs.Float32Input(),
        inputs.IntegerInput(),
        randomness.GlobalRandomState(),
    )
}
"""By the name of the quantity."""
