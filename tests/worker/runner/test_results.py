"""What may cross the wall, and the sentence for what may not."""

import numpy as np
import pytest

from grader.contract.messages import ALLOWED_DTYPES
from worker.runner.faults import BadOutputError
from worker.runner.results import to_array, to_number

SUBJECT = "Linear.forward returned"


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (None, "returned None; expected an array. Is a return statement missing?"),
        ((1, 2), "returned a tuple of 2; expected one array of numbers."),
        ("text", "returned a str; expected an array."),
        ({"a": 1}, "returned a dict; expected an array."),
        (np.add, "returned a ufunc; expected an array."),
        (np.array, "returned a builtin_function_or_method; expected an array."),
        ([[1, 2], [3]], "returned a list whose rows have different lengths"),
        (np.array([None]), "returned an array of Python objects (dtype object)"),
        ([object()], "returned a list of things that are not numbers"),
        (object(), "returned an object; expected an array of float64."),
        (np.array(["a"]), "returned an array of dtype <U1"),
        (np.zeros(2, "M8[s]"), "returned an array of dtype datetime64[s]"),
        (np.zeros((1,) * 7), "returned an array with 7 axes; at most 6"),
        (np.array([2**64 - 1], np.uint64), "returned whole numbers larger than"),
    ],
)
def test_what_is_no_array_of_numbers_gets_a_sentence(
    value: object, sentence: str
) -> None:
    with pytest.raises(BadOutputError) as caught:
        to_array(value, SUBJECT)
    assert f"Linear.forward {sentence}" in str(caught.value)


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        ("f8", "f8"),
        ("f4", "f4"),
        ("g", "f8"),
        (">f8", "f8"),
        ("c8", "c16"),
        ("i2", "i4"),
        ("u4", "i8"),
        (">i8", "i8"),
        ("u8", "i8"),
        ("u1", "u1"),
        ("?", "?"),
    ],
)
def test_numbers_of_any_width_become_an_allowed_dtype(
    dtype: str, expected: str
) -> None:
    got = to_array(np.array([[1, 0]], dtype), SUBJECT)
    assert got.dtype == np.dtype(expected)
    assert got.dtype in ALLOWED_DTYPES
    assert got.tolist() == [[1, 0]]


def test_lists_and_scalars_are_numbers_too() -> None:
    assert to_array([[1.0, 2.0]], SUBJECT).shape == (1, 2)
    assert to_array(3, SUBJECT).shape == ()


def test_subclasses_come_out_plain() -> None:
    assert type(to_array(np.ma.masked_array([1.0]), SUBJECT)) is np.ndarray


def test_a_result_does_not_change_afterwards() -> None:
    mine = np.zeros(3)
    got = to_array(mine, SUBJECT)
    mine += 1
    assert got.tolist() == [0, 0, 0]


@pytest.mark.parametrize("value", [1.5, np.float32(1.5), [1.5], np.array([[1.5]])])
def test_one_number_is_zero_dimensional_float64(value: object) -> None:
    got = to_number(value, SUBJECT)
    assert got.shape == ()
    assert got.dtype == np.float64
    assert float(got) == 1.5


@pytest.mark.parametrize("value", [[1.0, 2.0], 1j])
def test_what_is_not_one_real_number_gets_a_sentence(value: object) -> None:
    with pytest.raises(BadOutputError, match="expected"):
        to_number(value, SUBJECT)
