"""What the time that code takes says about it, for the kind ``cost``.

Only ratios of times are judged, and only where right code and the mistake are far
apart. All times are taken outside of the jail.
"""
