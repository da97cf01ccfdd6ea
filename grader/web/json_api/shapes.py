"""What the bodies of requests and answers have in common."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

LONGEST_WORD = 200
LONGEST_TEXT = 20_000


def _without_nul(text: str) -> str:
    # PostgreSQL cannot store it, and no person types it.
    if "\0" in text:
        raise ValueError("must not hold the character NUL")
    return text


Word = Annotated[str, Field(max_length=LONGEST_WORD), AfterValidator(_without_nul)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_without_nul)]
Page = Annotated[int, Field(ge=1, le=1_000_000, description="From 1.")]


class Asked(BaseModel):
    """The body of a request: exactly these fields, exactly of these types."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Query(BaseModel):
    """What stands behind the question mark of an address."""

    model_config = ConfigDict(extra="forbid")


class Answer(BaseModel):
    """The body of an answer: what is named here, whatever else a service knows."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    @classmethod
    def of(cls, found: Any) -> Self:
        """Take the fields that are named here from what a service returned."""
        return cls.model_validate(found, from_attributes=True)


class Problem(Answer):
    """An error, as RFC 9457 has it."""

    class Wrong(Answer):
        """One field of the body that is wrong."""

        field: str
        detail: str

    type: str
    title: str
    status: int
    detail: str = Field(description="One sentence for a person.")
    code: str = Field(description="A stable word for programs.")
    lines: str = ""
    incident: str = ""
    fields: list[Wrong] = []


class Done(Answer):
    """What was asked for has been done.

    ``id`` names the object that was made, where one was; ``count`` says how many
    objects were touched, where that is not plain.
    """

    id: str | None = None
    count: int | None = None


class Paged(Answer):
    """One page of a list; ``next`` is the address of the next one."""

    page: int
    pages: int
    next: str | None
