"""Programs for engines that record a graph, what is right, and known wrong engines.

Read ``program`` first: what is asked of an engine. ``answers`` says what is right,
``drawing`` which programs are drawn for each topic, ``tape`` is a plain engine whose
parts can be exchanged for wrong ones, ``mistakes`` lists those, and ``naming`` finds
the one that gives a student's numbers.
"""
