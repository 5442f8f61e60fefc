"""Patterns over folded words: commas anywhere, several ways to say something, slots that lead back to tokens."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.dialogue.grammar import grammar_of, one_of
from cabas.dialogue.patterns import Found, Pattern, Patterns, Text, closest
from cabas.dialogue.tokens import tokenize

WORDS = ("red", "green", "big")


def text(said: str) -> Text:
    return Text(tuple(tokenize(said)), {})


def expression(words: tuple[str, ...]) -> str:
    return "".join(f"¬?{word} " for word in words)


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=3).map(tuple), min_size=1, max_size=8, unique=True))
def test_what_several_ways_begin_with_is_said_once_and_the_same_is_meant(ways: list[tuple[str, ...]]) -> None:
    made = re.compile(one_of([expression(way) for way in ways]))
    for size in range(4):
        for said in product(WORDS, repeat=size):
            plain = "".join(f"{word} " for word in said)
            assert (made.fullmatch(plain) is not None) == (said in ways)
            assert (made.fullmatch(f"¬{plain}") is not None) == (said in ways and size > 0)


def test_the_way_that_comes_first_wins_over_one_that_is_no_word() -> None:
    made = re.compile(one_of(["¬?red ", r"(?P<slot>\S+ )", "¬?red ¬?big "]))
    assert made.match("red big ")[0] == "red "  # type: ignore[index]
    assert made.match("green big ")["slot"] == "green "  # type: ignore[index]


@pytest.mark.parametrize(("said", "fits"), [("red apples", True), ("red, apples", True), ("red; apples", False)])
def test_a_comma_may_stand_anywhere_and_no_other_mark(said: str, fits: bool) -> None:
    pattern = Pattern("color", "¬?red ¬?apples ", [frozenset({"red"}), frozenset({"apples"})], 2)
    assert bool(list(Patterns([pattern]).fits(text(said)))) is fits


def test_a_slot_leads_back_to_its_tokens_with_the_commas_inside_it() -> None:
    pattern = Pattern("add", r"¬?add ¬?(?P<items>(?:\S+ )+?)¬?please ", [frozenset({"add"})], 2)
    (found,) = Patterns([pattern]).fits(text("add, red, green, please"))
    assert found.slots == {"items": (2, 5)}
    assert (found.start, found.end) == (0, 7)


def test_a_pattern_is_not_even_tried_without_its_words() -> None:
    broken = Pattern("broken", "(", [frozenset({"never"})], 1)
    assert list(Patterns([broken]).fits(text("red apples"))) == []


def test_within_finds_whole_words_only() -> None:
    patterns = Patterns([Pattern("red", "¬?red ", [frozenset({"red"})], 1)])
    assert patterns.within(text("the red one")) == Found("red", {}, 1, 1, 2)
    assert patterns.within(text("the bored one, redder")) is None


def test_of_one_kind_the_pattern_whose_own_words_say_most_comes_first() -> None:
    wide, narrow = Found("add", {"items": (0, 4)}, 1, 0, 5), Found("add", {"items": (2, 4)}, 3, 0, 5)
    other = Found("remove", {"items": (1, 4)}, 2, 0, 5)
    assert closest([wide, other, narrow], 5) == [narrow, wide, other]


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_every_pattern_of_a_language_can_be_put_together(lang: str) -> None:
    grammar_of(lang).prepare()
    assert all(len(section) for name, section in grammar_of(lang).sections.items() if name == "frames")
