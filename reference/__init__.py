"""NumPy ground truth for every layer, loss and optimizer that is graded."""
