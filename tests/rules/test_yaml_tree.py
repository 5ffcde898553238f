"""Rule files as trees: every value as it was written, at its place, and nothing YAML guesses."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules.problems import Findings, Problem
from rules.yaml_tree import LARGEST_FILE, MappingNode, Node, ScalarNode, SequenceNode, parse


def read(text: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """Return the tree of a text, and its problems."""
    findings = Findings()
    return parse("rules.yaml", text, findings), findings.sorted()


def scalar(text: str) -> ScalarNode:
    """Return the single value under `a`."""
    node, problems = read(text)
    assert isinstance(node, MappingNode), problems
    value = node.get("a")
    assert isinstance(value, ScalarNode)
    return value


def codes(text: str) -> list[str]:
    """Return the codes of a text's problems."""
    return [problem.code for problem in read(text)[1]]


@pytest.mark.parametrize(
    "written", ["1.10", "no", "yes", "0x1F", "1e3", "2027-01-31", "~", "null", "=", "<<", "08"]
)
def test_no_type_is_guessed(written: str) -> None:
    """A value keeps the letters that its author wrote."""
    assert (scalar(f"a: {written}").text, scalar(f"a: {written}").plain) == (written, True)
    assert (scalar(f"a: '{written}'").text, scalar(f"a: '{written}'").plain) == (written, False)
    assert (scalar(f'a: "{written}"').text, scalar(f'a: "{written}"').plain) == (written, False)


def test_keys_stay_in_their_order_and_know_their_places() -> None:
    """Mappings and lists, in both of YAML's styles."""
    text = "b: {z: 1}\na:\n  - x\n  - [y]\n"
    node, _ = read(text)
    assert isinstance(node, MappingNode)
    assert [key.text for key, _ in node.entries] == ["b", "a"]
    assert [text[key.start : key.end] for key, _ in node.entries] == ["b", "a"]
    inner, items = node.get("b"), node.get("a")
    assert isinstance(inner, MappingNode)
    assert isinstance(items, SequenceNode)
    assert text[inner.start] == "{"
    assert [text[item.start] for item in items.items] == ["x", "["]
    assert node.get("c") is None


@pytest.mark.parametrize(
    "text",
    [
        "a: sunny and windy",
        "a: 'sunny and windy'",
        'a: "sunny and windy"',
        "a: >-\n  sunny\n  and windy",
        "a: |\n  sunny\n  and windy\n",
        "a: |  # said in lines\n    sunny\n    and windy\n",
        "a: sunny\n  and\n  windy",
        "a: 'sunny\n   and windy'",
        "{b: [1], a: sunny and windy}",
    ],
)
def test_each_letter_of_a_value_is_found_in_the_file(text: str) -> None:
    """However a value is quoted or folded, a place in it is a place in the file."""
    value = scalar(text)
    for offset, letter in enumerate(value.text):
        found = text[value.index_of(offset)]
        assert found == letter or (found.isspace() and letter.isspace())
    windy = value.text.index("windy")
    assert value.index_of(windy) == text.index("windy")


def test_letters_behind_an_escape_are_found() -> None:
    """Quotes inside of quotes move what follows them."""
    for text in ('a: "x \\"y\\" z"', "a: 'x ''y'' z'"):
        value = scalar(text)
        for letter in "xyz":
            assert value.index_of(value.text.index(letter)) == text.index(letter)


_PIECES = st.sampled_from(
    ["a", "b", " ", "  ", "\n", "\n\n", ":", ": ", "- ", "'", '"', "\\", "#", "é", "🎫", "|", ">"]
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(_PIECES, max_size=14).map("".join), st.sampled_from(["a: ", "a: >\n  ", "a: |\n  "])
)
def test_a_place_in_a_value_is_always_a_place_in_its_file(body: str, head: str) -> None:
    """Also in values that nobody would write."""
    node, _ = read(head + body)
    if isinstance(node, MappingNode):
        for _, value in node.entries:
            if isinstance(value, ScalarNode):
                for offset in range(len(value.text) + 2):
                    assert value.start <= value.index_of(offset) <= len(head + body)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty-file"),
        ("# nothing\n", "empty-file"),
        ("a: &x 1", "anchor"),
        ("a: *x", "alias"),
        ("a: !!str 1", "tag"),
        ("a: ! 1", "tag"),
        ("!x {a: 1}", "tag"),
        ("a: 1\na: 2", "duplicate-key"),
        ("b: {a: 1, a: 2}", "duplicate-key"),
        ("? [a]\n: 1", "bad-key"),
        ("{[a]: 1}", "bad-key"),
        ("a: 1\n---\nb: 1", "second-document"),
        ("a: b: c", "yaml-syntax"),
        ("a: [1", "yaml-syntax"),
        ("a: 'x", "yaml-syntax"),
        ("a:\n\t- x", "yaml-syntax"),
        ("a: @x", "yaml-syntax"),
        ("a: \x00", "yaml-syntax"),
        ("a: \ud800", "yaml-syntax"),
        ('a: "\\UFFFFFFFF"', "yaml-syntax"),
        ('a: "\\U00110000"', "yaml-syntax"),
        ('a: "\\ud800"', "control-character"),
        ('a: "\\0"', "control-character"),
        ("a: x\u202ey", "reordering-character"),
        ("a: x  # only a comment \u2066", "reordering-character"),
        ('a: "\\u202e"', "reordering-character"),
    ],
)
def test_what_a_rule_file_has_no_use_for_is_refused(text: str, code: str) -> None:
    """With its own code, and no tree."""
    node, problems = read(text)
    assert node is None
    assert code in [problem.code for problem in problems]


def test_every_anchor_alias_and_double_key_is_told() -> None:
    """Nothing stops at the first."""
    text = "a: &x 1\nb: *x\na: 2\nc: !t 3\n"
    assert codes(text) == ["anchor", "alias", "duplicate-key", "tag"]


def test_a_bomb_of_brackets_or_aliases_is_refused_at_once() -> None:
    """Deep nesting, a huge file and aliases of aliases cost nothing."""
    assert codes("a: " + "[" * 100_000) == ["yaml-syntax"]
    assert codes("a: " + "{x: " * 50_000) == ["yaml-syntax"]
    assert codes("a: " + "x" * LARGEST_FILE) == ["file-too-large"]
    assert "alias" in codes("a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n")


def test_twenty_levels_are_read_and_one_more_is_not() -> None:
    """No rule file needs as many."""
    assert isinstance(read("[" * 20 + "x" + "]" * 20)[0], SequenceNode)
    assert codes("[" * 22 + "x" + "]" * 22) == ["yaml-syntax"]


@settings(max_examples=500, deadline=None)
@given(
    st.text(max_size=30)
    | st.lists(
        st.sampled_from([
            "a", ":", ": ", "- ", "\n", "  ", "[", "]", "{", "}", ",", "'", '"', "\\", "\\U",
            "F" * 8, "&a ", "*a ", "!t ", "|", ">", "#", "---", "...", "%YAML 1.2\n",
            "%TAG ! !\n", "? ", "\t", "\ufeff", "\x85", "\u2028", "\r", "é",
        ]),
        max_size=14,
    ).map("".join)
)  # fmt: skip
@example("%YAML 9999999999.1\n---\na: 1")
@example("!%41%ff a")
@example("a: |99\n b")
@example("--- >-\n")
def test_any_text_is_a_tree_or_has_problems_within_it(text: str) -> None:
    """No text breaks the reader; a problem always stands in a line of the file."""
    node, problems = read(text)
    assert (node is None) is bool(problems)
    for problem in problems:
        assert 1 <= problem.line <= text.count("\n") + text.count("\r") + 1
        assert problem.column >= 1
        assert str(problem).startswith("rules.yaml:")
