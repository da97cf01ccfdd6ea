"""What goes wrong in max pooling of sequences."""

from reference.misconceptions.max_pooling import max_pooling_entries

MISCONCEPTIONS = max_pooling_entries("max_pool1d")
