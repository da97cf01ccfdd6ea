"""``grader work --janitor-only``, possibly without some part."""

from tests.chaos.started import faults
from worker.janitor import main

if __name__ == "__main__":
    faults.take_parts_out()
    main()
