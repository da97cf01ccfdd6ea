"""The programs of the service as the chaos tests start them: real, but for the jail.

What is wrong with a process is said by its environment, see ``faults``.
"""
