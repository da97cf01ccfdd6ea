"""What the first child compiles, the others need not."""

import warnings

import pytest

from grader.contract.control import BINDING_SOURCE
from worker.runner.compiled import compile_ahead, packed, sources_of, unpacked

ENOUGH = 1 << 20


def test_code_that_went_through_a_frame_is_the_code_that_was_compiled() -> None:
    sources = {"a.py": b"x = 1\n", "pkg/b.py": b"def f(): return 2\n"}
    codes = compile_ahead(sources, "a.py")
    assert unpacked(packed(codes, ENOUGH)) == codes
    assert codes["pkg/b.py"].co_filename == "pkg/b.py"


def test_a_file_with_a_wrong_syntax_is_left_to_its_import() -> None:
    codes = compile_ahead({"a.py": b"x = 1", "b.py": b"x = ", "c.py": b"\0"}, "a.py")
    assert set(codes) == {"a.py"}


def test_only_the_entry_warns() -> None:
    odd = b"x = 1 is 1\n"
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        compile_ahead({"a.py": odd, "b.py": odd}, "a.py")
    assert [warning.filename for warning in seen] == ["a.py"]


@pytest.mark.parametrize(
    ("count", "reply_bytes"), [(61, ENOUGH), (1, 100)], ids=["files", "bytes"]
)
def test_too_much_code_is_not_sent(count: int, reply_bytes: int) -> None:
    sources = {f"m{number}.py": b"x = 1\n" for number in range(count)}
    assert packed(compile_ahead(sources, "m0.py"), reply_bytes) == {}


def test_modules_and_the_binding_are_compiled_and_nothing_else() -> None:
    sources = sources_of({"a.py": b"", "notes.txt": b"x"}, b"y = 1\n")
    assert set(sources) == {"a.py", BINDING_SOURCE}
