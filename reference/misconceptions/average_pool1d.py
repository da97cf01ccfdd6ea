"""What goes wrong in average pooling of sequences."""

from reference.misconceptions.average_pooling import average_pooling_entries

MISCONCEPTIONS = average_pooling_entries("average_pool1d")
