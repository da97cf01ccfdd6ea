"""Finding our students in somebody else's table."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from grader.services.gradebook import Line


class Roster:
    """The students of a course, to be found by what identifies them.

    Something that two students share finds nobody.
    """

    def __init__(self, lines: Iterable[Line]) -> None:
        self._found: dict[str, set[int]] = defaultdict(set)
        self._lines: dict[int, Line] = {}
        for line in lines:
            self._lines[line.student_id] = line
            account = line.email.partition("@")[0]
            for key in (line.email, line.student_number, account):
                if key:
                    self._found[key.casefold()].add(line.student_id)

    def find(self, keys: Iterable[str]) -> Line | None:
        """Return the student that the first key with one owner names."""
        for key in keys:
            ids = self._found.get(key.strip().casefold(), set())
            if len(ids) == 1:
                return self._lines[next(iter(ids))]
        return None


def places(heading: Sequence[str]) -> Mapping[str, int]:
    """Return where each column stands, by its name in lower case."""
    return {name.strip().casefold(): at for at, name in enumerate(heading)}
