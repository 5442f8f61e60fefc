"""Discount codes read off an utterance, and what is left of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.dialogue.codes import SaidCode, read_codes


@pytest.mark.parametrize(
    ("lang", "text", "forms", "rest"),
    [
        ("fr", "j'ai un code promo PRINTEMPS15", ("PRINTEMPS15",), ""),
        (
            "fr",
            "trois yaourts et mets le code promo printemps quinze",
            ("printemps15", "printempsquinze"),
            "trois yaourts",
        ),
        ("fr", "Utilise le code RENTREE-5 s'il te plaît", ("RENTREE-5",), ""),
        ("fr", "un coupon de réduction : MERCI2, puis du beurre", ("MERCI2",), "du beurre"),
        ("fr", "je valide avec le code SOLEIL", ("SOLEIL",), "je valide"),
        ("fr", "j'ai un bon de réduction", (), ""),
        ("en", "I've got a voucher code SUNNY5 please", ("SUNNY5",), ""),
        ("en", "a pound of butter and apply promo code sunny five", ("sunny5", "sunnyfive"), "a pound of butter"),
        ("en", "a coupon for you", (), "for you"),
        ("es", "tengo un cupón SOL10 y dos panes", ("SOL10",), "dos panes"),
        ("fr", "METS LE CODE PROMO SOLEIL ET DU LAIT", ("soleil",), "DU LAIT"),
    ],
)
def test_a_code_is_read_off(lang: str, text: str, forms: tuple[str, ...], rest: str) -> None:
    assert read_codes(text, lang) == ((SaidCode(forms),), rest)


@pytest.mark.parametrize(
    ("lang", "text", "forms"),
    [("fr", "enlève le code promo", ()), ("fr", "retire le code SOLEIL", ("SOLEIL",)), ("en", "remove the coupon", ())],
)
def test_a_code_is_taken_away(lang: str, text: str, forms: tuple[str, ...]) -> None:
    assert read_codes(text, lang) == ((SaidCode(forms, drop=True),), "")


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("fr", "un lecteur de code barres"), ("fr", "un bon camembert AOP"), ("fr", "du lait et six œufs"), ("fr", ""),
        ("en", "what is the dress code"), ("en", "two bottles of milk"), ("es", "dos panes"),
    ],
)  # fmt: skip
def test_what_is_no_code_is_left_alone(lang: str, text: str) -> None:
    assert read_codes(text, lang) == ((), text)


@given(st.text(max_size=200), st.sampled_from(["fr", "en", "es"]))
def test_nothing_said_breaks_the_reading(text: str, lang: str) -> None:
    found, rest = read_codes(f"{text} code promo {text}", lang)
    assert all(isinstance(one, SaidCode) for one in found)
    assert len(rest) <= 2 * len(text) + 12
