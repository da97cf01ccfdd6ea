"""One function of an assignment's own ``binding.py``, called with named arrays."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import GeneratorType, ModuleType
from typing import Any

from worker.runner.bindings.student_names import StudentNames
from worker.runner.faults import BindingMistakeError
from worker.runner.results import thing


@dataclass(frozen=True, slots=True)
class OwnFunction:
    """A function that an instructor wrote.

    Parameters
    ----------
    action
        Its name, for sentences.
    """

    action: str
    function: Callable[..., Any]
    student: ModuleType

    def results(
        self, arrays: Mapping[str, Any], options: Mapping[str, Any]
    ) -> Iterator[Mapping[str, Any]]:
        """Call the function; yield what it gives as soon as it is there.

        Raises
        ------
        BindingMistakeError
            If it does not take these arrays, or gives something else than dicts.
        """
        extra = {"options": dict(options)} if self._takes_options() else {}
        keywords = {**arrays, **extra}
        self._require_fit(keywords)
        result = self.function(StudentNames(self.student), **keywords)
        parts = result if isinstance(result, GeneratorType) else iter((result,))
        for part in parts:
            if not isinstance(part, Mapping):
                raise BindingMistakeError(
                    f"binding.py: {self.action} gave {thing(part)}; "
                    "expected a dict of arrays"
                )
            yield part

    def _takes_options(self) -> bool:
        parameters = inspect.signature(self.function).parameters.values()
        return any(p.name == "options" or p.kind is p.VAR_KEYWORD for p in parameters)

    def _require_fit(self, keywords: Mapping[str, Any]) -> None:
        try:
            inspect.signature(self.function).bind(None, **keywords)
        except TypeError as error:
            raise BindingMistakeError(f"binding.py: {self.action}: {error}") from None
