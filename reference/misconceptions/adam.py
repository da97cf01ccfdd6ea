"""What goes wrong in Adam."""

from reference.misconceptions.moments import (
    MomentRule,
    average_entries,
    correction_entries,
    step_entries,
)
from reference.misconceptions.optimizers import direction_entries, fixed, root_entries

_NAME = "adam"

MISCONCEPTIONS = (
    *direction_entries(_NAME, "M / (sqrt(V) + eps)"),
    *root_entries(_NAME, MomentRule, "M", "V"),
    *step_entries(_NAME, MomentRule),
    *correction_entries(_NAME, MomentRule),
    *average_entries(_NAME, MomentRule),
    fixed(
        "beta1 = 0.9, beta2 = 0.999 whatever was asked for",
        _NAME,
        beta1=0.9,
        beta2=0.999,
    ),
    fixed("lr = 0.001 whatever was asked for", _NAME, lr=0.001),
)
