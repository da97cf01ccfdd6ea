"""Child interpreter that parses files and reports the first syntax error as JSON.

Started by ``grader.intake.sources`` with ``-I -S``; it imports nothing of ours. It
reads one JSON line of names and sizes, then the files; it writes nothing if all parse.
"""

import json
import resource
import sys
import warnings

MEMORY_BYTES = 512 << 20
CPU_SECONDS = 8


def limit() -> None:
    """Bound this process before it sees the first uploaded byte."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))


def problem(name: str, source: bytes) -> dict[str, object] | None:
    """Return what is wrong with a file, or ``None``. The code is not run."""
    try:
        compile(source, name, "exec", dont_inherit=True)
    except SyntaxError as error:
        return {
            "name": name,
            "message": error.msg or "invalid syntax",
            "line": error.lineno or 0,
            "column": error.offset or 0,
            "text": (error.text or "").rstrip("\r\n")[:2000],
        }
    except (MemoryError, RecursionError):
        message = "it is nested too deeply or is too large"
    except ValueError as error:
        message = str(error)
    else:
        return None
    return {"name": name, "message": message, "line": 0, "column": 0, "text": ""}


def main() -> None:
    """Parse what comes on standard input until a file has a problem."""
    limit()
    warnings.simplefilter("ignore")
    stream = sys.stdin.buffer
    for name, size in json.loads(stream.readline()):
        found = problem(name, stream.read(size))
        if found is not None:
            sys.stdout.write(json.dumps(found))
            return


if __name__ == "__main__":
    main()
