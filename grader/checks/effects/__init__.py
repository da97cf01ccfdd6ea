"""Side effects of forward and backward, for the kind ``side_effects``.

Everything is compared with what the same code answered before, never with the right
answer: a wrong formula is not charged here.
"""
