"""What goes wrong in one step of long short-term memory."""

from reference.misconceptions.memory import memory_entries

MISCONCEPTIONS = memory_entries("lstm_cell")
