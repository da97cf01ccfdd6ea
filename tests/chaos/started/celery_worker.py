"""``celery``, in a process whose clock may be wrong."""

from tests.chaos.started import faults

if __name__ == "__main__":
    faults.bend_clock()
    from celery.__main__ import main

    main()
