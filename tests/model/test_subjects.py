"""Cases and services share the record, and are never taken for one another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from model.services import KEY
from model.subjects import kind_and_name, ref_of_service, shown, told
from model.texts import LONGEST_NAME
from rules.values import has_control_character


@given(st.from_regex(KEY, fullmatch=True))
def test_no_case_can_have_the_ref_of_a_service(key: str) -> None:
    """It holds what no caller can send, and fits into the record."""
    ref = ref_of_service(key)
    assert has_control_character(ref)
    assert len(ref) <= LONGEST_NAME
    assert kind_and_name(ref) == ("service", key)
    assert told(ref, 3) == {"service": {"key": key, "version": 3}}


@given(st.text(min_size=1).filter(lambda ref: not has_control_character(ref)))
def test_a_case_is_told_by_its_ref(ref: str) -> None:
    """Whatever it is called."""
    assert kind_and_name(ref) == ("case", ref)
    assert shown(ref) == f"case {ref}"
    assert told(ref, 1, ["a"]) == {"case": {"ref": ref, "version": 1, "kept_newer": ["a"]}}
