"""Programs find the files that are given, in memory, and no others."""

import csv
import io
import os
from pathlib import Path

import numpy as np
import pytest

from worker.runner.bindings.memory_files import MemoryFiles, installed


def test_what_is_written_can_be_read_again():
    files = MemoryFiles({"in.txt": "one\ntwo\n"})
    with installed(files):
        lines = open("in.txt").read().splitlines()  # noqa: SIM115 - as students do
        with open("out.txt", "w") as out:
            out.writelines(f"{line}!\n" for line in lines)
        with open("out.txt", "a") as out:
            out.write("end")
        again = Path("out.txt").read_text()
    assert again == "one!\ntwo!\nend"
    assert files.contents["out.txt"] == b"one!\ntwo!\nend"


def test_a_file_that_is_left_open_is_written_all_the_same():
    files = MemoryFiles({})
    with installed(files):
        out = open("metrics", "w")  # noqa: SIM115 - as students do
        out.write("loss: 0.5")
    assert out.closed
    assert files.contents == {"metrics": b"loss: 0.5"}


def test_every_usual_way_of_reading_a_table_finds_it():
    text = "1,2.5\n3,4.5\n"
    with installed(MemoryFiles({"data/table.csv": text})):
        path = Path("data") / "table.csv"
        read = [
            np.loadtxt(path, delimiter=","),
            np.genfromtxt(str(path), delimiter=","),
            np.array(list(csv.reader(path.open(newline=""))), dtype=float),
            np.loadtxt(os.path.join(os.getcwd(), "data/table.csv"), delimiter=","),
            np.loadtxt(io.StringIO(path.read_bytes().decode()), delimiter=","),
        ]
    assert all(np.array_equal(one, [[1, 2.5], [3, 4.5]]) for one in read)


def test_numpy_writes_text_and_arrays():
    files = MemoryFiles({})
    with installed(files):
        np.savetxt("labels", np.array([3, 1]), fmt="%d")
        np.save("weights.npy", np.eye(2))
        weights = np.load("weights.npy")
    assert files.contents["labels"] == b"3\n1\n"
    assert np.array_equal(weights, np.eye(2))


def test_a_missing_file_says_which_files_there_are():
    files = MemoryFiles({"train.csv": "", "valid.csv": ""})
    with pytest.raises(FileNotFoundError) as error:
        files.open("test.csv")
    assert str(error.value) == (
        "there is no file 'test.csv'; the files are train.csv, valid.csv"
    )


def test_files_of_this_machine_are_out_of_reach():
    with installed(MemoryFiles({})), pytest.raises(FileNotFoundError):
        open(__file__)  # noqa: SIM115 - never opened
    assert "out of reach" in Path(__file__).read_text(encoding="utf-8")


def test_a_folder_must_be_made_before_something_is_put_into_it():
    files = MemoryFiles({})
    with pytest.raises(FileNotFoundError, match="no folder 'results'"):
        files.open("results/out.txt", "w")
    with installed(files):
        os.makedirs("results", exist_ok=True)
        Path("results/out.txt").write_text("done")
    assert files.contents == {"results/out.txt": b"done"}


def test_questions_about_files_are_answered_from_memory():
    with installed(MemoryFiles({"a/b.txt": "four"})):
        found = {
            "exists": os.path.exists("a/b.txt"),
            "folder": os.path.isdir("a") and Path("a").is_dir(),
            "not a file": not os.path.isfile("a"),
            "size": os.path.getsize("a/b.txt") == 4,
            "listed": os.listdir("a") == ["b.txt"] and os.listdir(".") == ["a"],
            "path": Path("a/b.txt").is_file() and not Path("c").exists(),
        }
        os.remove("a/b.txt")
        found["removed"] = not os.path.exists("a/b.txt")
    assert [name for name, right in found.items() if not right] == []


@pytest.mark.parametrize(
    ("mode", "fault"),
    [
        ("rw", ValueError),
        ("q", ValueError),
        ("rbt", ValueError),
        ("x", FileExistsError),
    ],
)
def test_a_mode_that_cannot_be_is_refused(mode, fault):
    with pytest.raises(fault):
        MemoryFiles({"there": "text"}).open("there", mode)


def test_a_file_is_opened_for_one_purpose():
    files = MemoryFiles({"there": "text"})
    with pytest.raises(io.UnsupportedOperation):
        files.open("there", "rb").write(b"more")
    with pytest.raises(io.UnsupportedOperation):
        files.open("new", "wb").read()
    with files.open("there", "r+b") as both:
        assert both.read() == b"text"
        both.write(b" and more")
    assert files.contents["there"] == b"text and more"


def test_a_folder_is_no_file():
    with pytest.raises(IsADirectoryError):
        MemoryFiles({"a/b": ""}).open("a")


def test_numbers_of_open_files_go_to_the_real_open(tmp_path):
    path = tmp_path / "real"
    number = os.open(path, os.O_CREAT | os.O_RDWR)
    with MemoryFiles({}).open(number, "w") as real:
        real.write("kept")
    assert path.read_text() == "kept"
