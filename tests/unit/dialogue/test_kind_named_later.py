"""A kind named in the turn after the class: "some fish", and then "cod"."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from cabas.dialogue.lexicon import lexicon
from cabas.dialogue.understand import Hearing, understand
from cabas.domain.cart import Amount, LineItem, Want

WORDS = lexicon()


def heard(words: str, amount: Amount | None, *tags: str) -> Hearing:
    family = WORDS.family_of(words, "fr")
    held = LineItem(id="1", want=Want(words, "fr", amount, family, None, tags), sku=words, name=words, family=family)
    return Hearing("fr", datetime(2026, 11, 24, 10, tzinfo=UTC), WORDS, lines=(held,), focus=("1",))


@pytest.mark.parametrize(
    ("before", "said", "named"), [("poisson", "du cabillaud", "cabillaud"), ("fromage", "du brie", "brie")]
)
def test_a_kind_takes_the_place_of_its_class(before: str, said: str, named: str) -> None:
    (act,) = understand(said, heard(before, None)).acts
    assert (act.kind, act.target, act.wants[0].words) == ("replace", None, named)


@pytest.mark.parametrize("said", ["et du brie", "du brie et du lait", "ajoute du brie", "des yaourts"])
def test_what_is_said_as_another_thing_is_one(said: str) -> None:
    assert {act.kind for act in understand(said, heard("fromage", None)).acts} == {"add"}


def test_a_class_that_was_counted_or_told_apart_stays() -> None:
    for before in (heard("fromage", Amount(Fraction(2))), heard("fromage", None, "bio")):
        assert [act.kind for act in understand("du brie", before).acts] == ["add"]
