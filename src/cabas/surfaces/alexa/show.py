"""A turn as Alexa says and shows it: SSML, a reprompt that adds something, a card for the app."""

from __future__ import annotations

from typing import Any

from cabas.dialogue import say
from cabas.dialogue.ssml import ssml
from cabas.surfaces.alexa.texts import texts
from cabas.surfaces.alexa.wire import response
from cabas.usecases.shop.voice import Spoken
from cabas.usecases.talk.view import View

# Alexa takes 8,000 characters of speech and of a card; markup and escapes need room too.
SPEECH_MAX, CARD_MAX = 4_000, 6_000


def turn(spoken: Spoken) -> dict[str, Any]:
    """What Cabas answers. The microphone stays open until an order was placed, and never without a question."""
    view, words = spoken.view, texts(spoken.view.lang)
    speech = view.reply.speech
    if view.reply.notice:
        speech = f"{view.reply.notice} {speech}"
    done = view.order is not None
    if spoken.wants_link:
        speech = f"{speech} {words['link']}"
    if not done and view.pending is None and not speech.rstrip().endswith("?"):
        speech = f"{speech} {words['and_then' if view.cart.bought else 'begin']}"
    return response(
        {"cabas": spoken.handle, "asking": view.pending is not None},
        outputSpeech=spoken_as(speech),
        card={"type": "LinkAccount"} if spoken.wants_link else card(view),
        reprompt=None if done else {"outputSpeech": spoken_as(reprompt(view))},
        shouldEndSession=done,
    )


def told(lang: str, key: str, *, attributes: dict[str, Any] | None = None, ends: bool) -> dict[str, Any]:
    """One of the skill's own sentences."""
    words = texts(lang)
    again = None if ends else {"outputSpeech": spoken_as(words["reprompt"]["empty"])}
    return response(attributes, outputSpeech=spoken_as(words[key]), reprompt=again, shouldEndSession=ends)


def spoken_as(speech: str) -> dict[str, str]:
    """Speech on the wire."""
    if len(speech) > SPEECH_MAX:
        speech = f"{speech[:SPEECH_MAX].rpartition(' ')[0]}…"
    return {"type": "SSML", "ssml": ssml(speech)}


def reprompt(view: View) -> str:
    """What is said when the shopper keeps silent: not the same again, but how to go on."""
    words = texts(view.lang)["reprompt"]
    if view.pending is not None and view.reply.chips:
        return str(words["pending"]).format(first=say.spoken_measures(view.reply.chips[0], view.lang))
    bought = view.cart.bought
    if not bought:
        return str(words["empty"])
    sentence = str(words["cart"]["one" if len(bought) == 1 else "other"])
    return sentence.format(count=len(bought), total=say.spoken_money(view.cart.total, view.lang))


def card(view: View) -> dict[str, str] | None:
    """The cart, or the order, for the Alexa app; None while there is nothing to show."""
    words, lang = texts(view.lang)["card"], view.lang
    if view.order is not None:
        title = words["order"].format(number=view.order.number, store=view.store.name)
        return {"type": "Simple", "title": title, "content": view.reply.text[:CARD_MAX]}
    if not view.cart.bought:
        return None
    lines = [
        words["line"].format(name=line.name, price=say.money(line.price, lang))
        for line in view.cart.bought
        if line.price is not None
    ]
    total = words["total"].format(total=say.money(view.cart.total, lang))
    shown = "\n".join(lines)
    if len(shown) > CARD_MAX:
        shown = f"{shown[:CARD_MAX].rpartition(chr(10))[0]}\n…"
    return {"type": "Simple", "title": words["cart"].format(store=view.store.name), "content": f"{shown}\n{total}"}
