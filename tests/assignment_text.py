"""The beginning of an ``assignment.toml``: entry and components, without any check."""

CONSTRUCT = {
    "linear": ("in_features", "out_features"),
    "sgd": ("lr",),
    "momentum": ("lr", "momentum"),
}
"""What the constructors of some operations are given here."""


def head(slug: str, **operations: str) -> str:
    """Return an assignment of one file with a component of each name.

    Parameters
    ----------
    slug
        Name of the assignment, of which its title is made.
    operations
        What each component does, by its name.
    """
    parts = [component(name, operation) for name, operation in operations.items()]
    title = slug.replace("-", " ").capitalize()
    top = f'format = 1\nslug = "{slug}"\ntitle = "{title}"\n'
    return f'\n{top}[submission]\nentry = "mlp.py"\n' + "".join(parts)


def component(name: str, operation: str) -> str:
    """Return the table of one component."""
    table = f'[[component]]\nname = "{name}"\noperation = "{operation}"\n'
    given = ", ".join(f'"{one}"' for one in CONSTRUCT.get(operation, ()))
    return f"{table}construct = [{given}]\n" if given else table


CLASSIFIER = head(
    "classifier",
    Linear="linear",
    ReLU="relu",
    Loss="softmax_cross_entropy",
    SGD="sgd",
)
"""What a small network that reads classes is made of."""
