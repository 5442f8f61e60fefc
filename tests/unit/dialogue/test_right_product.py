"""Words choose the product they name, and none where the shop has only something near it (`right_product.yaml`)."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml

from cabas.dialogue.annotate import Annotator
from cabas.dialogue.fits import fits
from cabas.dialogue.labels import labels_by_word
from cabas.dialogue.pick import Shelf, pick
from cabas.dialogue.recipe_needs import family_of_food
from cabas.domain.cart import Want
from cabas.domain.catalog import Product

SHEET = yaml.safe_load(Path(__file__).with_name("right_product.yaml").read_text(encoding="utf-8"))
CASES = [(lang, words, right) for lang in ("fr", "en") for words, right in SHEET[lang].items()]
SHELF = Shelf({}, labels_by_word(), date(2026, 11, 22))


@cache
def catalog() -> tuple[Product, ...]:
    annotator = Annotator("fr")
    rows = [next(iter(row.items())) for row in SHEET["catalog"]]
    return tuple(annotator.product(sku=name, name=name, category=(aisle,)) for name, aisle in rows)


def test_every_right_product_is_in_the_catalog() -> None:
    names = [product.name for product in catalog()]
    missing = [part for _, _, right in CASES for part in right if not any(part in name for name in names)]
    assert missing == []
    assert len(CASES) > 150


@pytest.mark.parametrize(("lang", "words", "right"), CASES, ids=[f"{lang}-{words}" for lang, words, _ in CASES])
def test_the_words_choose_what_they_name(lang: str, words: str, right: list[str]) -> None:
    want = Want(words=words, lang=lang, family=family_of_food(words, lang))
    assert want.family is not None
    fitting = [product for product in catalog() if fits(want, product)]
    if not right:
        assert [product.name for product in fitting] == []
        return
    chosen = pick(want, [(product, 1.0) for product in fitting], SHELF).choice
    assert chosen is not None, want.family
    assert any(part in chosen.product.name for part in right), chosen.product.name


def test_a_wish_of_small_words_alone_is_met_by_its_family() -> None:
    milk = Annotator("fr").product(sku="1", name="Lait entier 1 L", category=("Crèmerie",))
    assert fits(Want("de la", "fr", family=milk.family), milk)
