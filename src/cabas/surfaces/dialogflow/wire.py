"""What Dialogflow CX sends and gets: the parts of WebhookRequest that are read, and WebhookResponse.

Source: `google.cloud.dialogflow.cx.v3` (webhook.proto), in its JSON form.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from cabas.dialogue.ssml import ssml
from cabas.kernel.errors import InvalidInput
from cabas.usecases.shop.voice import Spoken

BODY_MAX_BYTES = 256 * 1024
TEXT_MAX = 4_000
TAGS = ("order", "welcome", "fallback")


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel)


class Fulfillment(_Read):
    """Which of our answers a page of the agent wants: one of `TAGS`."""

    tag: str = Field(default="order", max_length=200)


class Parameters(_Read):
    """Of the session's parameters only the one that we gave."""

    cabas: str = Field(default="", max_length=400)


class SessionInfo(_Read):
    """The session, by its full resource name."""

    session: Annotated[str, StringConstraints(min_length=1, max_length=600)]
    parameters: Parameters = Parameters()


class WebhookRequest(_Read):
    """A turn. What was said is in `text` (typed) or `transcript` (spoken)."""

    session_info: SessionInfo
    detect_intent_response_id: str = Field(default="", max_length=200)
    language_code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}(-[A-Za-z]{2})?$")] = "fr"
    fulfillment_info: Fulfillment = Fulfillment()
    text: str = Field(default="", max_length=TEXT_MAX)
    transcript: str = Field(default="", max_length=TEXT_MAX)

    @property
    def said(self) -> str:
        """The shopper's words."""
        return (self.text or self.transcript).strip()

    @property
    def locale(self) -> str:
        """The language as the shop writes it: "fr-FR", "en-US"."""
        lang, _, region = self.language_code.partition("-")
        return f"{lang.lower()}-{(region or {'fr': 'FR', 'en': 'US'}.get(lang.lower(), lang)).upper()}"


def read(body: bytes) -> WebhookRequest:
    """The request in a body. Raises `InvalidInput` that says which field cannot be used."""
    try:
        asked = WebhookRequest.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the body"
        raise InvalidInput(f"{place}: {first['msg']}.", remedy="Send a WebhookRequest of Dialogflow CX.") from None
    if asked.fulfillment_info.tag not in TAGS:
        raise InvalidInput(
            f"There is no tag {asked.fulfillment_info.tag[:60]!r}.", remedy=f"Use one of: {', '.join(TAGS)}."
        )
    return asked


def turn(asked: WebhookRequest, spoken: Spoken) -> dict[str, Any]:
    """What Cabas answers. The parameters let routes of the agent decide; nothing in them is secret or of a person."""
    view, reply = spoken.view, spoken.view.reply
    text = f"{reply.notice} {reply.text}" if reply.notice else reply.text
    parameters = {
        "cabas": spoken.handle,
        "cabas_asking": view.pending is not None,
        "cabas_articles": len(view.cart.bought),
        "cabas_order": view.order.number if view.order is not None else None,
        "cabas_link": spoken.wants_link,
    }
    return _answer(asked, text, reply.ssml, parameters)


def told(asked: WebhookRequest, sentence: str) -> dict[str, Any]:
    """One of the webhook's own sentences; the conversation stays as it is."""
    return _answer(asked, sentence, ssml(sentence), {})


def _answer(asked: WebhookRequest, text: str, speech: str, parameters: dict[str, Any]) -> dict[str, Any]:
    session: dict[str, Any] = {"session": asked.session_info.session}
    return {
        "fulfillmentResponse": {
            "messages": [{"text": {"text": [text]}}, {"outputAudioText": {"ssml": speech}}],
            "mergeBehavior": "REPLACE",
        },
        "sessionInfo": {**session, "parameters": parameters} if parameters else session,
    }
