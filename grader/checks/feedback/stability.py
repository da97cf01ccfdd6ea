"""Sentences of the kind ``stability``."""

from grader.checks.feedback.comparing import inside

STABLE = "Large inputs give finite and right values."
NOT_FINITE_HINT = "What is the largest number that your code passes to exp?"
FINITE_HINT = "Does your code cut numbers off, or add a small constant to them?"
ALSO_PLAIN = "It is wrong for inputs of ordinary size as well: start with those."


def unstable(text: str, name: str, ends: tuple[float, float], hint: str) -> str:
    """Say what goes wrong on large inputs.

    Parameters
    ----------
    text
        What differs, as said for inputs of ordinary size.
    name, ends
        The input with the largest numbers, its smallest and its largest one.
    hint
        Empty where a known mistake brings its own.
    """
    low, high = (f"{float(f'{end:.2g}'):g}" for end in ends)
    said = f"With large inputs ({name} from {low} to {high}), {inside(text)}"
    return f"{said} {hint}" if hint else said
