"""Every sentence for students stands in one place, so that it can be read and kept."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import grader.checks
from grader.checks.dialects import choices
from grader.checks.feedback import conventions
from reference import operations

CHECKS = Path(grader.checks.__file__).parent
# The hint of a mistake stands beside the wrong formula that it belongs to, as in
# reference/misconceptions, and what a relation says beside the relation.
LIBRARIES = {
    "custom_layers/relations.py",
    "graphs/array_mistakes.py",
    "graphs/mistakes.py",
    "graphs/operation_mistakes.py",
    "hypotheses/factors.py",
    "hypotheses/layouts.py",
    "hypotheses/partial_sums.py",
    "hypotheses/terms.py",
    "programs/mistakes.py",
    "trainings/wrong_loops.py",
}
MODULES = sorted(
    path.relative_to(CHECKS).as_posix()
    for path in CHECKS.rglob("*.py")
    if path.parent.name != "feedback"
)
SENTENCE_WORDS = 4


def texts(tree: ast.AST) -> Iterator[str]:
    """Yield every text that is neither a docstring nor an exception's message."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Raise):
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "X"
                for part in node.values
            )
        else:
            yield from texts(node)


def sentences(source: str) -> list[str]:
    return [
        text
        for text in texts(ast.parse(source))
        if len(text.split()) >= SENTENCE_WORDS and text.rstrip().endswith((".", "?"))
    ]


@pytest.mark.parametrize("module", sorted({*MODULES} - LIBRARIES))
def test_a_check_holds_no_sentence_of_its_own(module: str) -> None:
    assert sentences((CHECKS / module).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("module", sorted(LIBRARIES))
def test_a_library_of_mistakes_holds_the_sentences_it_is_excused_for(
    module: str,
) -> None:
    assert sentences((CHECKS / module).read_text(encoding="utf-8"))


def test_sentences_are_found_wherever_they_stand() -> None:
    source = '''
def judge(name):
    """Return what is wrong with it."""
    if name:
        raise ValueError("this is for the author only.")
    message = f"{name} must be a number. " "Is it?"
    return [message, "Look at line 3 first."]
'''

    assert sentences(source) == [
        "X must be a number. Is it?",
        "Look at line 3 first.",
    ]


@pytest.mark.parametrize("name", sorted({one for one, _ in conventions.PHRASES}))
def test_every_phrase_is_about_a_value_that_a_convention_can_take(name: str) -> None:
    known = {value for one in operations.names() for value in choices(one, name)}

    listed = {value for convention, value in conventions.PHRASES if convention == name}

    assert listed <= known


@pytest.mark.parametrize("name", sorted({one for one, _ in conventions.PHRASES}))
@pytest.mark.parametrize("kind", [str, bool])
def test_two_values_of_a_convention_never_read_alike(name: str, kind: type) -> None:
    # No operation takes both words and flags for one convention.
    phrases = [
        text
        for (one, value), text in conventions.PHRASES.items()
        if one == name and type(value) is kind
    ]

    assert len({*phrases}) == len(phrases)


def test_a_convention_without_words_is_written_as_in_the_assignment() -> None:
    assert conventions.choice("fan", "in") == "fan = in"
    assert conventions.choice("new", True) == "new = true"
    assert conventions.subject("gate_size") == "gate size"
