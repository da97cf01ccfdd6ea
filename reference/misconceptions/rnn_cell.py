"""What goes wrong in one step of the plain recurrent network."""

from reference.misconceptions.plain_steps import plain_entries

MISCONCEPTIONS = plain_entries("rnn_cell")
