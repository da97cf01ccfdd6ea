import numpy as np

from reference.datasets.spirals import spirals


def by_radius(points, label):
    arm = points.inputs[points.labels == label]
    return arm[np.linalg.norm(arm, axis=1).argsort()]


def test_each_arm_is_the_one_before_turned_by_a_share_of_a_full_turn():
    points = spirals(np.random.default_rng(1), classes=3, noise=0.0)
    angle = 2 * np.pi / 3
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    for label in range(3):
        turned = by_radius(points, label) @ turn
        following = by_radius(points, (label + 1) % 3)
        np.testing.assert_allclose(turned, following, atol=1e-12)


def test_an_arm_winds_evenly_out_to_radius_one():
    arm = by_radius(spirals(np.random.default_rng(1), turns=2.0, noise=0.0), 0)
    radius = np.linalg.norm(arm, axis=1)
    np.testing.assert_allclose(radius, np.arange(1, 61) / 60)
    angle = np.unwrap(np.arctan2(arm[:, 1], arm[:, 0]))
    np.testing.assert_allclose(angle[-1] - angle[0], 2 * np.pi * 2 * 59 / 60)


def test_half_of_the_arms_lies_on_each_side_of_any_line_through_the_origin():
    points = spirals(np.random.default_rng(1), noise=0.0)
    for angle in np.linspace(0.0, np.pi, 7):
        side = points.inputs @ [np.cos(angle), np.sin(angle)] > 1e-9
        wrong = min(np.mean(side == points.labels), np.mean(side != points.labels))
        assert wrong > 0.2
