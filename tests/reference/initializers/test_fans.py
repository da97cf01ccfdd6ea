import pytest

from reference.errors import ConventionError, ShapeError
from reference.initializers.fans import fans, require_layout


def test_rows_have_inputs_along_the_first_axis():
    assert fans("Kaiming", (7, 3), "in_out") == (7, 3)


def test_the_other_layout_exchanges_the_fans_of_a_matrix():
    assert fans("Kaiming", (7, 3), "out_in") == (3, 7)


@pytest.mark.parametrize("layout", ["in_out", "out_in"])
def test_each_unit_of_a_convolution_sees_every_entry_of_its_kernel(layout):
    filters, channels, height, width = 6, 2, 3, 5
    seen_by_one_output = sum(1 for _ in range(channels * height * width))
    fed_by_one_input = sum(1 for _ in range(filters * height * width))
    shape = (filters, channels, height, width)
    assert fans("Kaiming", shape, layout) == (seen_by_one_output, fed_by_one_input)
    assert fans("Kaiming", (6, 2, 5), layout) == (10, 30)


def test_a_vector_has_no_fans():
    with pytest.raises(ShapeError) as caught:
        fans("Kaiming", (3,), "in_out")
    assert str(caught.value) == "Kaiming: shape must have at least 2 axes, got (3,)"


def test_another_layout_is_refused():
    with pytest.raises(ConventionError) as caught:
        require_layout("Xavier", "MD")
    assert str(caught.value) == "Xavier: layout must be one of in_out, out_in, got 'MD'"
