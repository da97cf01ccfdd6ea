"""Learning-rate schedules: what to assign to the ``lr`` of an optimizer, by step."""
