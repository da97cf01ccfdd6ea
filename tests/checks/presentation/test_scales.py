import pytest

from grader.checks.presentation.scales import ScaleError, parse


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1/N", 0.2),
        ("-1", -1.0),
        ("2*N/D", 10 / 7),
        ("1/(N*D)", 1 / 35),
        ("N - 1", 4.0),
        ("-(N - 1)/N", -0.8),
        (" 0.5 ", 0.5),
    ],
)
def test_an_expression_is_the_number_it_says(text: str, value: float) -> None:
    assert parse(text).value({"N": 5, "D": 7}) == pytest.approx(value)


def test_the_names_of_an_expression_are_known_before_their_values() -> None:
    assert parse("-1/(N*kh)").names == {"N", "kh"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1/",
        "N**2",
        "N + 1",
        "N % 2",
        "f(N)",
        "N.real",
        "[1][0]",
        "'a'",
        "True",
        "+1",
        "1j",
        "lambda: 1",
        "__import__('os')",
        "1; 2",
    ],
)
def test_nothing_but_products_quotients_and_differences_is_read(text: str) -> None:
    with pytest.raises(ScaleError, match="must be made of numbers, names of sizes"):
        parse(text)


def test_an_endless_expression_is_refused() -> None:
    with pytest.raises(ScaleError, match="at most 80 characters, got 200"):
        parse("-" * 199 + "1")


@pytest.mark.parametrize("text", ["0", "1/(N-1)", "N - N", "1e300*1e300"])
def test_a_scale_is_a_number_other_than_zero(text: str) -> None:
    with pytest.raises(ScaleError, match="must be a number other than 0"):
        parse(text).value({"N": 1})
