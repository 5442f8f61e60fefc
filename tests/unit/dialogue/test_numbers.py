"""Numbers in words and digits: what is spelled is read back, in both languages."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.dialogue.numbers import LARGEST, numbers_of
from cabas.dialogue.tokens import tokenize

FR = ("zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
      "dix-neuf").split()  # fmt: skip
FR_TENS = {2: "vingt", 3: "trente", 4: "quarante", 5: "cinquante", 6: "soixante", 8: "quatre-vingt"}
EN = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
      "eighteen nineteen").split()  # fmt: skip
EN_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()


def french(number: int, *, swiss: bool = False) -> str:
    """A number below a million as French speakers say it; `swiss` with septante, huitante, nonante."""
    if number >= 1000:
        thousands, rest = divmod(number, 1000)
        head = "mille" if thousands == 1 else f"{french(thousands, swiss=swiss)} mille"
        return head if rest == 0 else f"{head} {french(rest, swiss=swiss)}"
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        head = "cent" if hundreds == 1 else f"{FR[hundreds]} cent"
        return head if rest == 0 else f"{head} {french(rest, swiss=swiss)}"
    if number < 20:
        return FR[number]
    tens, rest = divmod(number, 10)
    if swiss and tens in (7, 8, 9):
        word = {7: "septante", 8: "huitante", 9: "nonante"}[tens]
    elif tens in (7, 9):
        tens, rest = tens - 1, rest + 10
        word = FR_TENS[tens]
    else:
        word = FR_TENS[tens]
    if rest == 0:
        return f"{word}s" if word == "quatre-vingt" else word
    if rest in (1, 11) and word != "quatre-vingt":
        return f"{word} et {FR[rest]}"
    return f"{word}-{FR[rest]}"


def english(number: int) -> str:
    """A number below a million as English speakers say it."""
    if number >= 1000:
        thousands, rest = divmod(number, 1000)
        return f"{english(thousands)} thousand" + (f" {english(rest)}" if rest else "")
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        return f"{EN[hundreds]} hundred" + (f" and {english(rest)}" if rest else "")
    if number < 20:
        return EN[number]
    tens, rest = divmod(number, 10)
    return EN_TENS[tens] + (f"-{EN[rest]}" if rest else "")


def read(text: str, lang: str) -> tuple[Fraction, int] | None:
    tokens = tokenize(text)
    found = numbers_of(lang).at(tokens, 0)
    return (found.value, len(tokens) - found.end) if found else None


def test_every_number_up_to_9999_is_read_back() -> None:
    for number in range(10_000):
        assert read(french(number), "fr") == (number, 0), french(number)
        assert read(french(number, swiss=True), "fr") == (number, 0), french(number, swiss=True)
        assert read(english(number), "en") == (number, 0), english(number)


@given(st.integers(min_value=0, max_value=999_999))
def test_larger_numbers_too_as_a_recognizer_writes_them(number: int) -> None:
    assert read(french(number).replace("-", " "), "fr") == (number, 0)
    assert read(english(number).replace("-", " "), "en") == (number, 0)
    assert read(str(number), "fr") == (number, 0)


@pytest.mark.parametrize(
    ("lang", "text", "value"),
    [
        ("fr", "1,5", "3/2"), ("fr", "1.5", "3/2"), ("en", "1.5", "3/2"), ("en", "1,250", "1250"), ("fr", "½", "1/2"),
        ("fr", "1½", "3/2"), ("fr", "1 1/2", "3/2"), ("fr", "un demi", "1/2"), ("fr", "trois quarts", "3/4"),
        ("fr", "un tiers", "1/3"), ("fr", "deux et demi", "5/2"), ("fr", "une demi-douzaine", "6"),
        ("fr", "deux douzaines et demie", "30"), ("fr", "une quinzaine", "15"), ("fr", "une paire", "2"),
        ("fr", "environ trente", "30"), ("en", "half", "1/2"), ("en", "three quarters", "3/4"),
        ("en", "a quarter", "1/4"),
        ("en", "one and a half", "3/2"), ("en", "two and three quarters", "11/4"), ("en", "half a dozen", "6"),
        ("en", "a dozen and a half", "18"), ("en", "a couple", "2"), ("en", "a hundred and twenty", "120"),
        ("en", "fifteen hundred", "1500"), ("en", "about forty", "40"), ("fr", "octante-deux", "82"),
    ],
)  # fmt: skip
def test_other_ways(lang: str, text: str, value: str) -> None:
    assert read(text, lang) == (Fraction(value), 0)


@pytest.mark.parametrize(
    ("lang", "text", "low", "high"),
    [
        ("fr", "2 à 3", 2, 3),
        ("fr", "entre deux et trois", 2, 3),
        ("en", "between 10 and 12", 10, 12),
        ("fr", "deux ou trois", 2, 3),
        ("fr", "4-6", 4, 6),
        ("en", "two to three", 2, 3),
        ("en", "2 or 3", 2, 3),
    ],
)
def test_ranges(lang: str, text: str, low: int, high: int) -> None:
    found = numbers_of(lang).at(tokenize(text), 0)
    assert (found.low, found.value) == (low, high)


@pytest.mark.parametrize(("lang", "text"), [("fr", "pommes"), ("fr", ""), ("en", "some"), ("fr", "et deux")])
def test_no_number(lang: str, text: str) -> None:
    assert read(text, lang) is None


def test_an_article_is_a_weak_number_and_numbers_end_where_they_must() -> None:
    assert numbers_of("fr").at(tokenize("un melon"), 0).article
    assert not numbers_of("fr").at(tokenize("deux melons"), 0).article
    assert read("trois deux", "fr") == (3, 1)
    assert read("vingt et un", "fr") == (21, 0)
    assert read("deux et un", "fr") == (2, 2)
    assert read("9" * 9 + " millions", "fr") == (LARGEST, 0)
