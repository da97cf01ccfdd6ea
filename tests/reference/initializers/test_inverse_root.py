import numpy as np

from reference.initializers.inverse_root import InverseRoot


def test_normal_has_the_inverse_root_as_standard_deviation():
    assert InverseRoot("normal").moments((16, 5)) == (0.0, 1 / 16)


def test_uniform_has_the_inverse_root_as_bound():
    assert InverseRoot().moments((16, 5)) == (0.0, 1 / 48)
    values = InverseRoot().sample(np.random.default_rng(1), (16, 625))
    assert 0.999 / 4 < values.max() <= 1 / 4
    assert -1 / 4 <= values.min() < -0.999 / 4


def test_the_inputs_of_the_other_layout_are_along_the_last_axis():
    assert InverseRoot("normal", "out_in").moments((5, 16)) == (0.0, 1 / 16)


def test_the_inputs_of_a_kernel_are_channels_times_entries():
    assert InverseRoot("normal").moments((6, 4, 2, 2)) == (0.0, 1 / 16)
