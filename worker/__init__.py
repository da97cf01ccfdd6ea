"""Where grading happens: the jail, the code that enters it, and the queue's workers."""
