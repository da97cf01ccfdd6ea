"""How a course writes its arrays down: axes, shapes, labels, scales and signs."""
