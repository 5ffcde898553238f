"""A rule book: one revision of the rule files, named by every byte of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.errors import RuleFilesRefused, UnknownRecord
from rules.rule_book import load, read_files, revision_of
from tests.rules.books import DAY, files, rule, table

FILES = files(table(rule("a", "sunny"), rule("b", "true")))
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_BOOKS = st.dictionaries(_TEXTS, _TEXTS, max_size=4)


@given(_BOOKS, _BOOKS)
def test_different_files_have_different_revisions(
    first: dict[str, str], second: dict[str, str]
) -> None:
    """Two sets of files have one revision exactly when they are equal."""
    assert (revision_of(first) == revision_of(second)) is (first == second)


def test_any_byte_of_any_file_changes_the_revision() -> None:
    """A letter, a space, a line's end, a path; also where one file ends and the next begins."""
    revisions = {revision_of(FILES)}
    count = 1
    for path, text in FILES.items():
        for place in range(0, len(text), 37):
            for changed in (
                f"{text[:place]}~{text[place + 1 :]}",
                f"{text[:place]} {text[place:]}",
            ):
                if changed != text:
                    revisions.add(revision_of({**FILES, path: changed}))
                    count += 1
        others = {name: other for name, other in FILES.items() if name != path}
        revisions |= {revision_of(others), revision_of({**others, f"{path}x": text})}
        count += 2
    assert len(revisions) == count
    assert revision_of({"a": "bc"}) != revision_of({"ab": "c"})
    assert revision_of({"a": "\r\n"}) != revision_of({"a": "\n"})


def test_a_revision_is_independent_of_the_order_of_the_files() -> None:
    """It is the sha256 of what they hold, however they were listed."""
    turned = dict(reversed(FILES.items()))
    assert list(turned) != list(FILES)
    assert load(turned).revision == load(FILES).revision == revision_of(FILES)
    assert load(FILES).revision.startswith("sha256:")
    assert len(load(FILES).revision) == len("sha256:") + 64


def test_loading_is_pure() -> None:
    """The same files give the same book; they are not changed, nor is the book by them."""
    given_files = dict(FILES)
    first, second = load(given_files), load(given_files)
    assert given_files == FILES
    assert (first.policies, first.vocabulary, first.sources) == (
        second.policies, second.vocabulary, second.sources,
    )  # fmt: skip
    given_files["vocabulary.yaml"] = ""
    assert first.files == FILES
    assert first.decide("table", {"sunny": True}, DAY) == second.decide(
        "table", {"sunny": True}, DAY
    )


def test_a_book_knows_its_decisions() -> None:
    """The chain first, then each policy."""
    assert load(FILES).decisions == ("routing", "table")
    with pytest.raises(UnknownRecord, match=r"no decision `tabel`; did you mean `table`\?"):
        load(FILES).decide("tabel", {}, DAY)
    with pytest.raises(UnknownRecord, match=r"no decision `xyz`$"):
        load(FILES).decide("xyz", {}, DAY)


def test_a_policy_is_decided_after_those_that_it_comes_after() -> None:
    """Each of them may decide, or pass the case on with what is kept, as in a routing."""
    first = rule("closed", "windy"), rule("open", "not(windy)", "{continue: true, tags: [x]}")
    own = table(rule("shine", "sunny", "{assign_to: Bob, action: bask, level: 1}"), name="own")
    written = files(table(*first, name="before"), table(rule("a", "true")))
    coming = own.text().replace("hit: first", "hit: first\nafter: [before]")
    both = load({**written, "policies/own.yaml": coming})
    decided = both.decide("own", {"windy": False, "sunny": True}, DAY)
    assert (decided.decision, decided.stage) == ("own", "own")
    assert [reason.rule for reason in decided.because] == ["open", "shine"]
    assert decided.outcome["tags"] == ("x",)
    asked = both.decide("own", {"windy": False}, DAY)
    assert [question.fact for question in asked.needs] == ["sunny"]
    assert asked.outcome["tags"] == ("x",)
    assert both.decide("own", {"windy": True}, DAY).stage == "before"


def test_an_answer_shows_what_its_own_stages_can_say() -> None:
    """What other decisions set is no member of it; a stage answers as its routing does."""
    routed = rule("a", "sunny", "{assign_to: Ann, action: go, cc: [Bob]}")
    other = table(rule("b", "windy", "{assign_to: Ann, action: go, level: 1}"), name="other")
    both = load({**files(table(routed)), "policies/other.yaml": other.text()})
    for name in ("routing", "table"):
        assert [*both.decide(name, {"sunny": True}, DAY).outcome] == ["assign_to", "action", "cc"]
    shown = [*both.decide("other", {"windy": True}, DAY).outcome]
    assert shown == ["assign_to", "action", "group", "level"]


def test_a_book_with_a_problem_is_refused_whole() -> None:
    """The problems of all files at once, sorted by place."""
    broken = {path: text.replace("owner: Ann", "owner:") for path, text in FILES.items()}
    broken["policies/table.yaml"] += "more: 1\n"
    with pytest.raises(RuleFilesRefused) as refused:
        load(broken)
    problems = refused.value.problems
    assert [(p.path, p.code) for p in problems] == [
        ("policies/table.yaml", "missing-key"),
        ("policies/table.yaml", "unknown-key"),
        ("routing.yaml", "missing-key"),
    ]
    assert list(problems) == sorted(problems)
    assert str(refused.value) == "3 problems in the rule files"


def test_a_book_needs_its_three_files() -> None:
    """Each that is not there is named."""
    with pytest.raises(RuleFilesRefused) as refused:
        load({})
    assert {p.path for p in refused.value.problems} == {
        "vocabulary.yaml", "sources.yaml", "routing.yaml",
    }  # fmt: skip


def test_rule_files_are_read_from_a_folder(tmp_path: Path) -> None:
    """The texts to the byte, policies from any depth, and no other file."""
    for path, text in {
        **FILES, "policies/deep/er.yaml": "a: 1\r\n", "notes.yaml": "x", "policies/README.md": "x",
    }.items():  # fmt: skip
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(text.encode())
    assert read_files(tmp_path) == {**FILES, "policies/deep/er.yaml": "a: 1\r\n"}


def test_a_file_that_is_not_utf_8_is_refused_by_its_byte(tmp_path: Path) -> None:
    """And with it every other such file."""
    (tmp_path / "policies").mkdir()
    (tmp_path / "sources.yaml").write_bytes(b"a: \xff")
    (tmp_path / "policies" / "p.yaml").write_bytes("é".encode("latin-1"))
    with pytest.raises(RuleFilesRefused) as refused:
        read_files(tmp_path)
    assert [(p.path, p.code) for p in refused.value.problems] == [
        ("policies/p.yaml", "not-utf-8"), ("sources.yaml", "not-utf-8"),
    ]  # fmt: skip
    assert "byte 4" in refused.value.problems[1].message
