"""Times and ways to get the goods, in the store's zone. It is Tuesday 24 November 2026, 10:05."""

from __future__ import annotations

from datetime import datetime

import pytest

from cabas.dialogue.tokens import tokenize
from cabas.dialogue.when import read_when
from support.acts_as_text import slot

NOW = datetime.fromisoformat("2026-11-24T10:05:00+01:00")


def read(text: str, lang: str) -> tuple[str, bool, list[str]]:
    """(the slot asked for, whether it cannot be, words left over)."""
    tokens = tokenize(text)
    found = read_when(tokens, 0, len(tokens), lang, NOW)
    return slot(found.ask), found.impossible, [tokens[place].folded for place in found.leftover]


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("demain matin", "fr", "2026-11-25 >07:00 <12:00 approx"),
        ("demain soir vers 8 heures", "fr", "2026-11-25 @20:00 approx"),
        ("jeudi entre 17 et 19 heures", "fr", "2026-11-26 >17:00 <19:00"),
        ("de 9h à 11h30 samedi", "fr", "2026-11-28 >09:00 <11:30"),
        ("vendredi prochain avant midi", "fr", "2026-11-27 <12:00"),
        ("vendredi de la semaine prochaine", "fr", "2026-12-04"),
        ("après-demain à partir de 18 h", "fr", "2026-11-26 >18:00"),
        ("le 3 décembre à 16 h 45", "fr", "2026-12-03 @16:45"),
        ("le 2", "fr", "2026-12-02"),
        ("avant lundi 10 heures", "fr", "2026-11-30 <10:00"),
        ("à neuf heures et demie", "fr", "@09:30"),
        ("à huit heures moins le quart du soir", "fr", "@19:45"),
        ("dans deux heures", "fr", "2026-11-24 @12:05"),
        ("dans les deux heures", "fr", "2026-11-24 <12:05 earliest"),
        ("in three hours", "en", "2026-11-24 @13:05"),
        ("within three hours", "en", "2026-11-24 <13:05 earliest"),
        ("le plus tôt possible", "fr", "earliest"),
        ("au drive", "fr", "pickup"),
        ("livraison à domicile demain", "fr", "delivery 2026-11-25"),
        ("tomorrow morning", "en", "2026-11-25 >07:00 <12:00 approx"),
        ("tonight around eight", "en", "2026-11-24 @20:00 approx"),
        ("thursday between 5 and 7 pm", "en", "2026-11-26 >17:00 <19:00"),
        ("from 9 to 11:30 on saturday", "en", "2026-11-28 >09:00 <11:30"),
        ("next friday by noon", "en", "2026-11-27 <12:00"),
        ("the day after tomorrow from 6 pm onwards", "en", "2026-11-26 >18:00"),
        ("december 3rd at 4:45 pm", "en", "2026-12-03 @16:45"),
        ("by monday 10 am", "en", "2026-11-30 <10:00"),
        ("before seven tomorrow", "en", "2026-11-25 <19:00"),
        ("at half past six", "en", "@18:30"),
        ("quarter to five", "en", "@16:45"),
        ("within two hours", "en", "2026-11-24 <12:05 earliest"),
        ("asap", "en", "earliest"),
        ("curbside pickup", "en", "pickup"),
        ("have it delivered on the 28th", "en", "delivery 2026-11-28"),
    ],
)
def test_times(text: str, lang: str, expected: str) -> None:
    assert read(text, lang) == (expected, False, [])


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("le 31 avril", "fr"), ("le 30 février", "fr"), ("hier soir", "fr"), ("lundi dernier", "fr"),
        ("à 26 heures", "fr"), ("aujourd'hui avant 8 heures du matin", "fr"), ("february 30th", "en"),
        ("last monday", "en"), ("yesterday", "en"),
        ("today before 9 am", "en"), ("at 25 o'clock", "en"), ("le 12 mars", "fr"),
    ],
)  # fmt: skip
def test_times_that_cannot_be(text: str, lang: str) -> None:
    assert read(text, lang)[1]


@pytest.mark.parametrize(("text", "lang"), [("du pain", "fr"), ("six eggs", "en"), ("trois tomates", "fr")])
def test_what_is_no_time_is_left_over(text: str, lang: str) -> None:
    ask, impossible, left = read(text, lang)
    assert (ask, impossible) == ("", False)
    assert left
