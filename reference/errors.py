"""What the reference raises when it is used wrongly."""


class ReferenceUseError(Exception):
    """Root of the errors of this package."""


class ShapeError(ReferenceUseError):
    """An array does not have the shape that the component needs."""


class CallOrderError(ReferenceUseError):
    """A method was called before the one it depends on."""


class ConventionError(ReferenceUseError):
    """A component does not know the convention it was asked for."""
