"""``grader work --poll`` with an engine that obeys."""

from tests.chaos.started import faults

faults.bend_clock()

from tests.chaos.started.grading import worker_for  # noqa: E402
from worker import loop  # noqa: E402


def main() -> None:
    faults.take_parts_out()
    loop.worker_for = worker_for
    loop.main()


if __name__ == "__main__":
    main()
