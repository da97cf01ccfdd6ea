"""What goes wrong in long short-term memory over a sequence."""

from reference.misconceptions.memory import RIGHT, memory_entries, state_slope_entry
from reference.misconceptions.recurrent import time_entries

MISCONCEPTIONS = (
    *memory_entries("lstm"),
    state_slope_entry("lstm"),
    *time_entries("lstm", RIGHT),
)
