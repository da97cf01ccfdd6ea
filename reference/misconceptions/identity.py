"""What goes wrong in a layer without an activation."""

from reference.misconceptions.backward import (
    averaged_entry,
    ignored_upstream_entry,
    negated_entry,
    value_as_slope_entry,
)

MISCONCEPTIONS = (
    averaged_entry("identity"),
    negated_entry("identity"),
    ignored_upstream_entry("identity", "grad_x = 1"),
    value_as_slope_entry("identity", "grad_x = grad_out * x"),
)
