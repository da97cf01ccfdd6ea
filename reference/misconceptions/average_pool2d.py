"""What goes wrong in average pooling of images."""

from reference.misconceptions.average_pooling import average_pooling_entries

MISCONCEPTIONS = average_pooling_entries("average_pool2d")
