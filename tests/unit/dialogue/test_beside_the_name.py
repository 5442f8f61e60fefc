"""Words beside a name that find no product."""

from __future__ import annotations

from dataclasses import replace

from cabas.dialogue.purpose import without_unknown
from cabas.domain.cart import Want


def test_unknown_words_are_left_out_where_the_family_is_known() -> None:
    want = Want("wibbly macaroni", "en", family="macaroni")
    assert without_unknown(want) == replace(want, words="macaroni")


def test_known_words_stay_and_so_do_names_of_no_family() -> None:
    assert without_unknown(Want("wholemeal macaroni", "en", family="macaroni")) is None
    assert without_unknown(Want("wibbly macaroni", "en")) is None
    assert without_unknown(Want("wibbly", "en", family="macaroni")) is None
