"""What goes wrong in max pooling of images."""

from reference.misconceptions.max_pooling import max_pooling_entries

MISCONCEPTIONS = max_pooling_entries("max_pool2d")
