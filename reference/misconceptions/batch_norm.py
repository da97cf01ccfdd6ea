"""What goes wrong in batch normalisation of rows."""

from reference.misconceptions.batch_normalizing import batch_entries, batch_view
from reference.misconceptions.normalizing import short_formula_entry

MISCONCEPTIONS = (
    *batch_entries("batch_norm"),
    short_formula_entry("batch_norm", batch_view),
)
