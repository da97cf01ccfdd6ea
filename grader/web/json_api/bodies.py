"""Reading what a program sent; what is not exactly right is refused in a sentence."""

from collections.abc import Iterator
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)
_MOST_PROBLEMS = 20
_NOT_JSON = "json_invalid"


class UnreadableError(Exception):
    """The request is not one that the operation knows.

    Parameters
    ----------
    problems
        Field and sentence for each field that is wrong.
    """

    def __init__(
        self, status: int, sentence: str, code: str, problems: Any = ()
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.code = code
        self.problems = tuple(problems)


def read(model: type[Model]) -> Model:
    """Read the JSON body.

    Raises
    ------
    UnreadableError
        ``no-json`` (400, 415) or ``wrong-fields`` (422).
    """
    if request.mimetype != "application/json":
        raise UnreadableError(
            415, "Send the body as application/json.", "unsupported-media-type"
        )
    try:
        return model.model_validate_json(request.get_data(cache=False))
    except ValidationError as error:
        raise _explained(error, 422) from None


def read_query(model: type[Model]) -> Model:
    """Read what stands behind the question mark.

    Raises
    ------
    UnreadableError
        ``wrong-fields``.
    """
    try:
        return model.model_validate_strings(request.args.to_dict())
    except ValidationError as error:
        raise _explained(error, 400) from None


def _explained(error: ValidationError, status: int) -> UnreadableError:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    if any(one["type"] == _NOT_JSON for one in found):
        sentence = "The body is not JSON that can be read. Nothing was changed."
        return UnreadableError(400, sentence, "no-json")
    problems = list(_problems(found))[:_MOST_PROBLEMS]
    field, words = problems[0]
    sentence = f"{field or 'The body'}: {words}. Nothing was changed."
    return UnreadableError(status, sentence, "wrong-fields", problems)


def _problems(found: list[Any]) -> Iterator[tuple[str, str]]:
    for one in found:
        # A field that is not known may have any name, of any length.
        name = ".".join(str(part) for part in one["loc"])[:100]
        known = one["type"] != "extra_forbidden"
        yield name, one["msg"] if known else "there is no such field"
