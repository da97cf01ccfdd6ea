"""What an object may do to its inputs, to others, and to what it gave out."""

from collections.abc import Iterator

from grader.checks.effects.base import ONE, TWO, Effect, Pair, Scene
from grader.checks.sequences import Taken, once, sequence
from grader.contract.messages import Call
from reference.operations.base import Family, Operation


class InputsUnchanged(Effect):
    """Neither inputs nor parameters are written into."""

    name = "inputs_unchanged"

    def calls(self, scene: Scene) -> list[Call]:
        """Read every array again after each method."""
        steps = [
            ["create", "a", ONE],
            ["forward", "a", ONE, "f"],
            ["given", "f", "forward"],
            ["parameters", "a", "forward"],
            ["backward", "a", ONE, "b"],
            ["given", "b", "backward"],
            ["given", "f", "backward"],
            ["parameters", "a", "backward"],
        ]
        return [sequence(scene.part, scene.operation, {ONE: scene.one}, steps)]

    def pairs(self, scene: Scene, own: Taken, answers: list[Taken]) -> Iterator[Pair]:
        """Compare each array with what was handed over."""
        (taken,) = answers
        operation = scene.operation
        names = (*operation.arguments, *operation.parameters)
        upstreams: list[str] = []
        if operation.gradients and operation.family is Family.LAYER:
            upstreams = [f"grad_{name}" for name in operation.upstreams(scene.one)]
        for name in names:
            yield Pair(name, "forward", scene.one[name], taken("forward", name), True)
        for name in (*names, *upstreams) if operation.gradients else ():
            yield Pair(name, "backward", scene.one[name], taken("backward", name), True)


class SecondBackward(Effect):
    """Another backward after the same forward gives the same gradients."""

    name = "second_backward"
    one_object = True

    @classmethod
    def applies(cls, operation: Operation) -> bool:
        """Tell whether there is a backward."""
        return bool(operation.gradients)

    def calls(self, scene: Scene) -> list[Call]:
        """Call backward twice."""
        steps = [
            ["create", "a", ONE],
            ["forward", "a", ONE, "f"],
            ["backward", "a", ONE, "b1"],
            ["take", "b1", "first"],
            ["backward", "a", ONE, "b2"],
            ["take", "b2", "second"],
        ]
        return [sequence(scene.part, scene.operation, {ONE: scene.one}, steps)]

    def pairs(self, scene: Scene, own: Taken, answers: list[Taken]) -> Iterator[Pair]:
        """Compare the second with the first, under the declared policy."""
        (taken,) = answers
        returned = scene.returned_gradients
        for name in scene.operation.gradients:
            first, second = taken("first", name), taken("second", name)
            if scene.policy == "accumulate" and name not in returned:
                first = 2.0 * first
            yield Pair(name, "second backward", first, second)


class SecondForward(Effect):
    """An object that has seen other inputs answers as a new one does."""

    name = "second_forward"
    one_object = True

    def calls(self, scene: Scene) -> list[Call]:
        """Run other inputs through an object first."""
        steps = [*once("a", TWO, "other"), *once("a", ONE, "again")[1:]]
        rounds = {ONE: scene.one, TWO: scene.with_parameters_of_one()}
        return [sequence(scene.part, scene.operation, rounds, steps)]

    def pairs(self, scene: Scene, own: Taken, answers: list[Taken]) -> Iterator[Pair]:
        """Compare with what a new object answers."""
        (taken,) = answers
        summed = set(scene.operation.gradients) - set(scene.returned_gradients)
        for name in scene.quantities:
            first, second = own(ONE, name), taken("again", name)
            other = taken("other", name)
            # Whether gradients add up is the business of the second backward.
            adds_up = name in summed and other.shape == first.shape
            others = [first + other] if adds_up else []
            yield Pair(name, "second forward", first, second, others=others)


class TwoObjects(Effect):
    """Two objects of a class share nothing."""

    name = "two_objects"

    def calls(self, scene: Scene) -> list[Call]:
        """Run two objects with different parameters at the same time."""
        rounds = {ONE: scene.one, TWO: scene.two}
        steps = [
            ["create", "a", ONE],
            ["create", "b", TWO],
            ["forward", "a", ONE, "fa"],
            ["forward", "b", TWO, "fb"],
            ["take", "fa", ONE],
            ["take", "fb", TWO],
            ["backward", "a", ONE, "ba"],
            ["backward", "b", TWO, "bb"],
            ["take", "ba", ONE],
            ["take", "bb", TWO],
        ]
        return [sequence(scene.part, scene.operation, rounds, steps)]

    def pairs(self, scene: Scene, own: Taken, answers: list[Taken]) -> Iterator[Pair]:
        """Compare each with what it answers when it is alone."""
        (taken,) = answers
        for which in (ONE, TWO):
            for name in scene.quantities:
                yield Pair(name, "two objects", own(which, name), taken(which, name))


class ReturnedView(Effect):
    """What was returned stays as it is when the object is used again."""

    name = "returned_view"

    def calls(self, scene: Scene) -> list[Call]:
        """Keep what was returned and read it again later."""
        steps = [
            ["create", "a", ONE],
            ["forward", "a", ONE, "f"],
            ["take", "f", "first"],
            ["backward", "a", ONE, "b"],
            ["take", "b", "first"],
            ["take", "f", "backward"],
            ["forward", "a", TWO, "f2"],
            ["backward", "a", TWO, "b2"],
            ["take", "f", "again"],
            ["take", "b", "again"],
        ]
        rounds = {ONE: scene.one, TWO: scene.with_parameters_of_one()}
        return [sequence(scene.part, scene.operation, rounds, steps)]

    def pairs(self, scene: Scene, own: Taken, answers: list[Taken]) -> Iterator[Pair]:
        """Compare what was returned with itself, later."""
        (taken,) = answers
        # States are attributes: they change with every forward, as they should.
        outputs = [
            name
            for name in scene.operation.outputs
            if name not in scene.operation.states
        ]
        for name in (*outputs, *scene.returned_gradients):
            whens = ("backward", "again") if name in outputs else ("again",)
            for when in whens:
                first, second = taken("first", name), taken(when, name)
                yield Pair(name, f"kept, {when}", first, second, exact=True)
