"""Words beside a name that find no product."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from cabas.dialogue.lexicon import lexicon
from cabas.dialogue.looser import Looser, looser
from cabas.dialogue.turn import Hearing
from cabas.dialogue.understand import understand
from cabas.domain.cart import Want


def test_unknown_words_are_left_out_where_the_family_is_known() -> None:
    want = Want("wibbly macaroni", "en", family="macaroni")
    assert list(looser(want)) == [Looser(replace(want, words="macaroni"), ("wibbly",))]


def test_known_words_stay_and_so_do_names_of_no_family() -> None:
    assert list(looser(Want("wholemeal macaroni", "en", family="macaroni"))) == []
    assert list(looser(Want("wibbly macaroni", "en"))) == []
    assert list(looser(Want("wibbly", "en", family="macaroni"))) == []


def test_what_nobody_knows_the_thing_of_is_not_made_another() -> None:
    assert list(looser(Want("zorbles au fromage", "fr", family="cheese"))) == []
    assert list(looser(Want("cheese zorbles", "en", family="cheese"))) == []


def test_a_brand_behind_and_is_another_thing_whatever_the_catalog_knows() -> None:
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    heard = Hearing(locale="en-GB", now=noon, lexicon=lexicon(["Haribo"], lang="en"), knows=lambda words: True)
    acts = understand("I need walnut oil and Haribo", heard).acts
    assert [(want.words, want.brand) for act in acts for want in act.wants] == [
        ("walnut oil", None),
        ("Haribo", "Haribo"),
    ]
