"""Zip archives, the honest and the hostile."""

import io
import stat
import struct
import tarfile
import zipfile

import pytest

from grader.errors import RefusedError
from grader.intake import Prepared, prepare

GOOD = b"class Linear:\n    pass\n"


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def special(name: str, mode: int, target: bytes = b"/etc/passwd") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mlp.py", GOOD)
        member = zipfile.ZipInfo(name)
        member.create_system = 3
        member.external_attr = (mode | 0o777) << 16
        archive.writestr(member, target)
    return buffer.getvalue()


def hand_in(data: bytes, **options: int) -> Prepared:
    return prepare({"hw.zip": data}, entry="mlp.py", **options)


def refusal(data: bytes, **options: int) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        hand_in(data, **options)
    assert caught.value.message.endswith(".")
    return caught.value


def test_helper_modules_and_folders_are_kept():
    members = {"mlp.py": GOOD, "layers.py": GOOD, "net/__init__.py": b""}
    prepared = hand_in(zipped(members))
    assert prepared.files == members
    assert prepared.notices == ()


def test_common_top_folders_are_stripped():
    prepared = hand_in(zipped({"hw1/src/mlp.py": GOOD, "hw1/src/layers.py": GOOD}))
    assert set(prepared.files) == {"mlp.py", "layers.py"}


def test_a_single_file_of_any_name_is_the_entry():
    prepared = hand_in(zipped({"hw1/solution.py": GOOD}))
    assert prepared.files == {"mlp.py": GOOD}
    assert prepared.notices == ("solution.py was loaded as mlp.py.",)


def test_what_tools_leave_behind_is_ignored_with_a_notice():
    prepared = hand_in(
        zipped(
            {
                "mlp.py": GOOD,
                "__MACOSX/._mlp.py": b"\0\1",
                "__pycache__/mlp.cpython-311.pyc": b"\0",
                ".ipynb_checkpoints/mlp-checkpoint.py": b"!",
                ".git/config": b"",
                "venv/lib/python3.11/site-packages/x.py": b"(",
                "env/bin/activate.py": b"(",
            }
        )
    )
    assert prepared.files == {"mlp.py": GOOD}
    assert prepared.notices == (
        "6 files in hw.zip were ignored: hidden files, caches and installed packages "
        "are not part of a submission.",
    )


def test_other_files_are_ignored_by_name():
    prepared = hand_in(zipped({"mlp.py": GOOD, "README.md": b"", "x.csv": b"1"}))
    assert prepared.notices == (
        "README.md, x.csv in hw.zip were ignored: only .py files and notebooks are "
        "used.",
    )


def test_an_environment_of_thousands_of_files_does_not_count():
    members = {f"venv/lib/m{i}.py": b"x" for i in range(600)}
    assert set(hand_in(zipped({"mlp.py": GOOD, **members})).files) == {"mlp.py"}


def test_an_entry_in_a_subfolder_is_named_in_the_refusal():
    error = refusal(zipped({"src/mlp.py": GOOD, "tests/test_mlp.py": GOOD}))
    assert error.code == "missing-entry"
    assert "src/mlp.py, tests/test_mlp.py" in error.message


def test_a_notebook_in_a_zip_is_converted():
    data = zipped({"hw/mlp.ipynb": b"{}", "hw/x.py": GOOD})
    assert refusal(data).code == "bad-notebook"


@pytest.mark.parametrize(
    "name",
    [
        "../mlp.py",
        "a/../../mlp.py",
        "/etc/mlp.py",
        "C:/mlp.py",
        "a\\mlp.py",
        "..\\mlp.py",
        "\\\\host\\share\\mlp.py",
        "..",
        "venv/../../../x.py",
    ],
)
def test_a_path_that_leads_outside_is_refused(name):
    assert refusal(zipped({"mlp.py": GOOD, name: GOOD})).code == "unsafe-archive"


def test_a_name_with_a_null_byte_is_refused():
    data = zipped({"mlp.py": GOOD, "abcd.py": GOOD}).replace(b"abcd.py", b"ab\0d.py")
    assert refusal(data).code == "unsafe-archive"


@pytest.mark.parametrize(
    "kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK]
)
def test_links_and_devices_are_refused(kind):
    assert refusal(special("layers.py", kind)).code == "unsafe-archive"


def test_a_link_inside_an_ignored_environment_is_only_ignored():
    prepared = hand_in(special("venv/bin/python", stat.S_IFLNK, b"/usr/bin/python3"))
    assert set(prepared.files) == {"mlp.py"}


def test_deep_folders_are_refused():
    name = "/".join("abcdefghij") + "/x.py"
    assert refusal(zipped({"mlp.py": GOOD, name: GOOD})).code == "unsafe-archive"


def test_a_password_is_refused():
    data = bytearray(zipped({"mlp.py": GOOD}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    error = refusal(bytes(data))
    assert error.code == "unsafe-archive"
    assert "password" in error.message


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_compression_that_can_eat_memory_is_refused(method):
    assert refusal(zipped({"mlp.py": GOOD}, method)).code == "bad-archive"


def test_names_that_differ_in_case_only_are_refused():
    error = refusal(zipped({"mlp.py": GOOD, "a.py": GOOD, "A.py": GOOD}))
    assert error.code == "archive-case-duplicates"
    assert "a.py and A.py" in error.message


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_name_twice_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mlp.py", GOOD)
        archive.writestr("mlp.py", b"evil = 1\n")
    assert refusal(buffer.getvalue()).code == "archive-case-duplicates"


@pytest.mark.parametrize("members", [{}, {"notes.txt": b"x"}, {"venv/x.py": b"x"}])
def test_an_archive_without_python_is_refused(members):
    assert refusal(zipped(members)).code == "no-python-in-archive"


@pytest.mark.parametrize(
    "data", [b"hello", b"PK\x03\x04", b"Rar!\x1a\x07\x00", b"7z\xbc\xaf"]
)
def test_what_is_no_zip_is_refused(data):
    assert refusal(data).code == "bad-archive"


def test_a_tar_under_the_name_of_a_zip_is_refused():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("mlp.py"))
    assert refusal(buffer.getvalue()).code == "bad-archive"


def test_a_cut_archive_is_refused():
    data = zipped({"mlp.py": GOOD * 100})
    assert refusal(data[: len(data) // 2]).code == "bad-archive"


def test_a_bomb_is_stopped_by_counting_what_comes_out():
    bomb = zipped({"mlp.py": b"\0" * (50 << 20)})
    assert len(bomb) < 1 << 20
    assert refusal(bomb).code == "archive-too-large"


def test_a_bomb_that_declares_a_small_size_is_no_exception():
    size = 50 << 20
    data = zipped({"mlp.py": b"#" * size})
    lying = data.replace(struct.pack("<L", size), struct.pack("<L", 100))
    assert lying != data
    assert refusal(lying).code in {"archive-too-large", "bad-archive"}


def test_a_ratio_above_one_hundred_is_refused_below_the_size_limit():
    assert refusal(zipped({"mlp.py": b"#" * (2 << 20)})).code == "archive-too-large"


def test_members_that_are_small_alone_are_counted_together():
    members = {f"m{i}.py": b"#" * (100 << 10) for i in range(100)}
    assert refusal(zipped(members, zipfile.ZIP_STORED), max_bytes=64 << 20)
    assert refusal(zipped(members)).code == "archive-too-large"


def test_more_than_two_hundred_python_files_are_refused():
    members = {f"m{i}.py": b"" for i in range(201)}
    assert refusal(zipped(members)).code == "archive-too-large"


def test_a_directory_of_too_many_members_is_refused_before_it_is_read():
    data = zipped({f"venv/{i}": b"" for i in range(5001)})
    assert refusal(data).code == "archive-too-large"


def test_an_archive_inside_an_archive_is_ignored():
    prepared = hand_in(zipped({"mlp.py": GOOD, "more.zip": zipped({"x.py": GOOD})}))
    assert set(prepared.files) == {"mlp.py"}
