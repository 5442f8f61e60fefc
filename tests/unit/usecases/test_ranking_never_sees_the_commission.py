"""Whatever a platform earns, on whatever goods: the same products, in the same order, at the same price."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from cabas.agreement.agreement import parse
from cabas.agreement.book import AgreementBook
from cabas.demo.retailer import DemoRetailer, fill
from cabas.dialogue.lexicon import Lexicon
from cabas.domain.cart import Cart
from cabas.kernel.clock import FixedClock
from cabas.storage.memory import Memory
from cabas.storage.search import TantivySearch
from cabas.usecases.ports import Query
from cabas.usecases.talk.desk import Desk
from cabas.usecases.talk.turn import open_conversation, say
from support.shop import run
from support.talking import NOW

GOOGLE = (Path(__file__).parents[3] / "agreements" / "carrefour-google.toml").read_text(encoding="utf-8")
SAID = (
    "du lait, des pâtes, du chocolat noir et six œufs",
    "non, un autre",
    "de quoi faire une ratatouille pour quatre",
)
QUERIES = (Query("lait", "fr", ("milk",)), Query("chocolat", "fr"), Query("savon", "fr"))
GOODS = ("", "non-food", "Crèmerie", "Épicerie sucrée", "Fruits et légumes")

rates = st.lists(
    st.tuples(st.integers(0, 3000), st.sampled_from(GOODS)), max_size=4, unique_by=lambda rate: rate[1]
)  # one rate for each kind of goods


def commission(drawn: list[tuple[int, str]], base: str, remainder: str) -> str:
    rows = "".join(
        f"[[commission.rates]]\npercent = {points / 100}\n" + (f'goods = ["{goods}"]\n' if goods else "")
        for points, goods in drawn
    )
    return f'[commission]\nbase = "{base}"\nremainder = "{remainder}"\n{rows}\n' if rows else ""


def under(terms: str) -> str:
    """The agreement with another commission."""
    return re.sub(r"\[commission\]\n.*?(?=\n\[fulfillment_split\])", lambda _: terms, GOOGLE, flags=re.DOTALL)


def test_the_agreement_of_the_test_really_has_another_commission() -> None:
    assert parse(under(commission([(1234, "fresh")], "incl_vat", "platform"))) != parse(GOOGLE)
    assert "[commission]" not in under("")


def test_the_same_cart_under_any_commission(demo: DemoRetailer, search: TantivySearch, words: Lexicon) -> None:
    memory = Memory()
    run(fill(demo, memory.fill))

    def play(text: str) -> tuple[list[Cart], list[list[tuple[str, float]]]]:
        desk = Desk(
            conversations=memory.conversations, shop=memory.shop, orders=memory.orders,
            agreements=AgreementBook((parse(text),)), consents=memory.consents, pages=None,  # type: ignore[arg-type]
            search=lambda _: search, lexicon=lambda *_: words, clock=FixedClock(NOW), new_id=lambda: "same",
        )  # fmt: skip
        memory.rows.conversations.clear()
        view = run(open_conversation(desk, "halle", "lille-centre", platform="google", locale="fr-FR"))
        carts = [run(say(desk, "halle", view.conversation_id, text)).cart for text in SAID]
        return carts, [[(hit.product.sku, hit.score) for hit in search.find(query)] for query in QUERIES]

    usual = play(GOOGLE)
    assert len(usual[0][0].bought) == 4
    assert len(usual[0][-1].bought) > 8
    assert all(line.alternatives for line in usual[0][0].bought)

    @settings(max_examples=12)
    @given(rates, st.sampled_from(["excl_vat", "incl_vat"]), st.sampled_from(["retailer", "platform"]))
    def same(drawn: list[tuple[int, str]], base: str, remainder: str) -> None:
        carts, hits = play(under(commission(drawn, base, remainder)))
        assert hits == usual[1]
        for cart, expected in zip(carts, usual[0], strict=True):
            assert cart == expected
            assert replace(cart, lines=()) == replace(expected, lines=())

    same()
