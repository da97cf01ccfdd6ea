"""What invariants look at, and how long something may be pending."""

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from grader.storage import BlobStore

ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a run may be pending before that is a fault, in seconds.

    Parameters
    ----------
    live, bulk
        From arrival to the end, for what students send and for reruns.
    expired
        How long a lease may be over before somebody must have swept it.
    """

    live: float = 3600.0
    bulk: float = 86_400.0
    expired: float = 120.0


@dataclass(frozen=True, slots=True)
class Look:
    """What an invariant looks at.

    Parameters
    ----------
    reads_blobs
        Hash every file; otherwise it only has to be there.
    """

    session: Session
    store: BlobStore
    bounds: Bounds = field(default_factory=Bounds)
    reads_blobs: bool = True
