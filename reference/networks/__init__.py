"""Networks: layers in a fixed arrangement, usable as one layer."""
