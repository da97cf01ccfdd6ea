from tests.reference.misconceptions.finding import wrong

SENTENCE = {
    "indices": [[2, 0, 2]],
    "weight": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
    "grad_out": [[[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]]],
}


def test_overwriting_keeps_the_last_of_two_equal_words():
    found = wrong("embedding", "M114", **SENTENCE)
    assert found == {"grad_weight": [[2.0, 20.0], [0.0, 0.0], [3.0, 30.0]]}


def test_averaging_divides_by_how_often_a_word_comes():
    found = wrong("embedding", "M120", **SENTENCE)
    assert found == {"grad_weight": [[2.0, 20.0], [0.0, 0.0], [2.0, 20.0]]}


def test_without_the_upstream_gradient_only_the_places_are_counted():
    found = wrong("embedding", "M23", **SENTENCE)
    assert found == {"grad_weight": [[1.0, 1.0], [0.0, 0.0], [2.0, 2.0]]}
