"""Grouping: what people mean stands together, however they put it."""

from __future__ import annotations

from time import perf_counter

from hypothesis import given
from hypothesis import strategies as st

from model.grouping import alike_groups, telling_words

ASKED = (
    "E-signature service", "Request for VPN", "Electronic signature for contracts", "e-signatuer",
    "Request for GIS", "VPN access please", "Fax", "GIS maps", "Video conferencing",
    "Video-conference rooms",
)  # fmt: skip


def test_what_means_the_same_stands_together() -> None:
    """With slips of the pen, in another order and with more words; the largest group first."""
    groups = [{ASKED[place] for place in group.places} for group in alike_groups(ASKED)]
    assert groups == [
        {"E-signature service", "Electronic signature for contracts", "e-signatuer"},
        {"Request for VPN", "VPN access please"},
        {"Request for GIS", "GIS maps"},
        {"Video conferencing", "Video-conference rooms"},
        {"Fax"},
    ]


def test_a_group_says_what_all_of_it_share() -> None:
    """Those words of its first text that every other has too, in its own way."""
    first, *_ = alike_groups(["Video conferencing", "Video-conference rooms", "video conferencing"])
    assert (first.shared, first.places) == (("video", "conferencing"), [0, 1, 2])


def test_requests_are_not_alike_for_being_requests() -> None:
    """Words that every request has say nothing, unless there are no others."""
    assert telling_words("Request for a new service: Fax, please") == ("fax",)
    assert telling_words("A new service") == ("a", "new", "service")
    assert telling_words("?!") == ()


@given(st.lists(st.text(max_size=30), max_size=40))
def test_each_text_is_in_one_group(texts: list[str]) -> None:
    """Whatever people write, nothing is lost and nothing is counted twice."""
    groups = alike_groups(texts)
    assert sorted(place for group in groups for place in group.places) == list(range(len(texts)))
    sizes = [len(group.places) for group in groups]
    assert sizes == sorted(sizes, reverse=True)


def test_thousands_of_long_texts_take_no_minute() -> None:
    """The time grows with the texts and not with their pairs, however long each is."""
    texts = [" ".join(f"word{n * m % 977}" for m in range(1, 200)) for n in range(2_000)]
    began = perf_counter()
    alike_groups(texts)
    assert perf_counter() - began < 30
