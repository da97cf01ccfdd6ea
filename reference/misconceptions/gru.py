"""What goes wrong in a gated recurrent unit over a sequence."""

from reference.misconceptions.gated import RIGHT, gated_entries
from reference.misconceptions.recurrent import time_entries

MISCONCEPTIONS = (*gated_entries("gru"), *time_entries("gru", RIGHT))
