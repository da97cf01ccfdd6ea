"""Which keys ``[component.names]`` may have."""

from grader.checks import Component
from grader.contract.messages import Phase

_PHASES = tuple(str(phase) for phase in Phase if phase is not Phase.LOAD)


def unknown(component: Component) -> dict[str, str]:
    """Return a reason for each key that names nothing a sentence could begin with.

    A key is a quantity, a parameter, or a phase such as ``backward``.
    """
    operation = component.reference()
    known = (*operation.quantities, *operation.parameters, *_PHASES)
    listed = ", ".join(dict.fromkeys(known))
    return {
        key: f"must be a quantity or a phase; known are: {listed}"
        for key in component.names
        if key not in known
    }
