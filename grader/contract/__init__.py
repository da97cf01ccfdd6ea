"""What both sides of the wall agree on; imports the standard library and NumPy only."""
