"""Conversations as JSON: whatever is in one comes back, and undo costs little."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.domain.cart import PAST_MAX, Amount, Cart, Conversation, LineItem, Pending, Want
from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money
from cabas.storage.documents import dump_conversation, load_conversation, to_json

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
amounts = st.builds(Amount, st.fractions(0, 100), st.sampled_from(["kg", "piece", "l"]))
wants = st.builds(Want, words, st.sampled_from(["fr", "en"]), st.none() | amounts, constraints=st.tuples(words))
prices = st.none() | st.builds(Money, st.integers(-(10**9), 10**9), st.sampled_from(["EUR", "CHF"]))
items = st.builds(
    LineItem,
    words,
    wants,
    sku=st.none() | words,
    quantity=st.integers(0, 500),
    price=prices,
    why=st.tuples(words, words),
)
carts = st.builds(Cart, lines=st.lists(items, max_size=4).map(tuple), method=st.none() | words)
conversations = st.builds(
    Conversation,
    words,
    words,
    words,
    words,
    st.none() | words,
    words,
    cart=carts,
    focus=st.tuples(words),
    pending=st.none() | st.builds(Pending, words, st.tuples(words)),
    past=st.lists(carts, max_size=3).map(tuple),
    said=st.lists(st.tuples(words, words), max_size=3).map(tuple),
    version=st.integers(0, 9),
)


@given(conversations)
def test_a_conversation_comes_back_as_it_was(conversation: Conversation) -> None:
    assert load_conversation(dump_conversation(conversation), conversation.version) == conversation


def a_long_talk() -> Conversation:
    want = Want("lait demi-écrémé", "fr", Amount(Fraction(3, 2), "l"))
    cart, past = Cart(), []
    for number in range(40):
        past.insert(0, cart)
        cart = cart.add(LineItem("", want, sku=f"sku-{number}", name="Lait demi-écrémé UHT 1 l", price=Money(119)))
    return Conversation("c", "r", "s", "web", None, "fr-FR", cart=cart, past=tuple(past[:PAST_MAX]))


def test_lines_that_carts_share_are_written_once() -> None:
    talk = a_long_talk()
    assert dump_conversation(talk).count('"sku"') == 40
    # And they are still shared after a reload, so that it stays that way.
    again = load_conversation(dump_conversation(talk), 1)
    assert dump_conversation(again) == dump_conversation(talk)
    changed = replace(again, cart=again.cart.remove(["1"]), past=(again.cart, *again.past[:-1]))
    assert dump_conversation(changed).count('"sku"') == 40


def test_fields_added_later_get_their_defaults() -> None:
    document = dump_conversation(a_long_talk()).replace('"misses":0,', "").replace('"ticked":true', '"unheard_of":1')
    assert load_conversation(document, 0) == a_long_talk()


def test_what_has_no_json_form_is_refused() -> None:
    for value in ({"a": object()}, {"a": "\ud800"}):
        with pytest.raises(InvalidInput, match="cannot be stored as JSON"):
            to_json(value)
