"""What goes wrong in the plain recurrent network over a sequence."""

from reference.misconceptions.plain_steps import PlainStep, plain_entries
from reference.misconceptions.recurrent import time_entries

MISCONCEPTIONS = (*plain_entries("rnn"), *time_entries("rnn", PlainStep()))
