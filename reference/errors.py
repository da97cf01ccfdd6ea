"""What the reference raises when it is used wrongly."""


class ReferenceUseError(Exception):
    """Root of the errors of this package."""


class ShapeError(ReferenceUseError):
    """An array does not have the shape that the component needs."""


class DtypeError(ReferenceUseError, TypeError):
    """An array holds another kind of numbers than the component needs."""


class NonFiniteError(ReferenceUseError, ValueError):
    """An array holds NaN or an infinity."""


class LabelError(ReferenceUseError, ValueError):
    """A label or an index is out of range."""


class CallOrderError(ReferenceUseError):
    """A method was called before the one it depends on."""


class ConventionError(ReferenceUseError):
    """A component does not know the convention it was asked for.

    Parameters
    ----------
    choices
        Every value that it takes, where those can be listed.
    """

    def __init__(self, message: str, choices: tuple[str | bool, ...] = ()) -> None:
        super().__init__(message)
        self.choices = choices
