"""Wrong slices, worked out by hand."""

from tests.reference.misconceptions.finding import wrong


def test_the_printed_slice_is_empty_at_first_and_grows():
    numbers = {"examples": 7, "batch_size": 3}
    assert wrong("minibatch_slices", "M155", "i*(k + 1)", **numbers) == {
        "stop": [0, 4, 8]
    }
