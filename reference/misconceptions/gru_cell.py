"""What goes wrong in one step of a gated recurrent unit."""

from reference.misconceptions.gated import gated_entries

MISCONCEPTIONS = gated_entries("gru_cell")
