"""What a request means: a turn of the conversation, or one of the few things the skill answers by itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from string import Formatter
from typing import Any

from cabas.dialogue.ssml import ssml
from cabas.kernel.errors import CabasError, InvalidInput, NotAllowed
from cabas.surfaces.alexa import show
from cabas.surfaces.alexa.texts import texts
from cabas.surfaces.alexa.wire import Attributes, Envelope, Intent, response
from cabas.surfaces.contract import Premises
from cabas.usecases.shop.caller import CARTS, Caller
from cabas.usecases.shop.voice import Spoken, Thread, converse

# Alexa gives up after 8 s. A turn takes milliseconds; when one does not, the shopper hears that it goes on.
SLOW_SECONDS, BUDGET_SECONDS = 2.5, 6.5
APIS = ("https://api.amazonalexa.com", "https://api.eu.amazonalexa.com", "https://api.fe.amazonalexa.com")
STOPS = ("AMAZON.StopIntent", "AMAZON.NavigateHomeIntent")


@dataclass(frozen=True, slots=True)
class Skill:
    """The skill over one shop. `slow` and `budget` are seconds."""

    premises: Premises
    audience: str
    slow: float = SLOW_SECONDS
    budget: float = BUDGET_SECONDS

    async def answer(self, sent: Envelope, caller: Caller) -> dict[str, Any]:
        """The answer to a request that was verified and comes from `caller`."""
        request, lang = sent.request, caller.lang
        attributes = (sent.session.attributes if sent.session else None) or Attributes()
        if sent.session is None or request.type not in ("LaunchRequest", "IntentRequest"):
            return response()  # the end of a session, or something we never asked for: nothing may be said
        intent = request.intent.name if request.intent else ""
        if intent in STOPS or (intent == "AMAZON.CancelIntent" and not attributes.asking):
            return show.told(lang, "goodbye", ends=True)
        text = ""
        if request.type == "IntentRequest":
            text = words_of(request.intent, lang)
            if not text:
                return show.told(lang, "not_heard", attributes=attributes.model_dump(), ends=False)
        thread = Thread(sent.session.session_id, self.premises.secret, attributes.cabas)
        try:
            spoken = await self._in_time(sent, await self._shopper(sent, caller), thread, text)
        except NotAllowed as error:
            return response(outputSpeech=show.spoken_as(error.message), shouldEndSession=True)
        except TimeoutError:
            return show.told(lang, "too_slow", attributes=attributes.model_dump(), ends=False)
        except InvalidInput:  # nothing is left of the words when what cannot be spoken is taken out
            return show.told(lang, "not_heard", attributes=attributes.model_dump(), ends=False)
        except CabasError:
            return show.told(lang, "broken", ends=True)
        return show.turn(spoken)

    async def _shopper(self, sent: Envelope, caller: Caller) -> Caller:
        """The caller with the shopper whose account is linked, if the token is good here, of this platform and for
        shopping. Any other is none: the shopper is asked to link again when that would help.
        """
        token = sent.context.system.user.access_token
        linked = await self.premises.tokens.read(token, self.audience) if token else None
        if linked is None or linked.platform != caller.platform:
            return caller
        known = replace(caller, shopper_id=linked.shopper_id, scopes=linked.scopes)
        return known if known.may(CARTS) else caller

    async def _in_time(self, sent: Envelope, caller: Caller, thread: Thread, text: str) -> Spoken:
        """The turn, with a word to the shopper when it is slow. Raises `TimeoutError` before Alexa gives up."""
        work = asyncio.ensure_future(converse(self.premises.front, caller, thread, text))
        try:
            await asyncio.wait({work}, timeout=self.slow)
            if not work.done():
                holding = asyncio.ensure_future(self._hold_on(sent, caller.lang))
                await asyncio.wait({work}, timeout=self.budget - self.slow)
                holding.cancel()
            if not work.done():
                raise TimeoutError
            return work.result()
        finally:
            work.cancel()  # does nothing to a turn that is over

    async def _hold_on(self, sent: Envelope, lang: str) -> None:
        """A progressive response: said at once, while the turn goes on. Only to Alexa's own addresses."""
        system = sent.context.system
        if system.api_endpoint not in APIS or not system.api_access_token:
            return
        told = {
            "header": {"requestId": sent.request.request_id},
            "directive": {"type": "VoicePlayer.Speak", "speech": ssml(texts(lang)["slow"])},
        }
        headers = {"authorization": f"Bearer {system.api_access_token}", "content-type": "application/json"}
        try:
            await self.premises.web.post(f"{system.api_endpoint}/v1/directives", headers, json.dumps(told).encode())
        except CabasError:
            return  # a courtesy: the answer itself comes anyway


def words_of(intent: Intent | None, lang: str) -> str:
    """What the shopper said, as far as Alexa tells: the intent's words around those of its slots; empty if unknown."""
    if intent is None:
        return ""
    words = texts(lang)
    if intent.name == "AMAZON.CancelIntent":
        return str(words["said"]["AMAZON.NoIntent"])
    if intent.name in words["said"]:
        return str(words["said"][intent.name])
    known = words["intents"].get(intent.name)
    if known is None:
        return ""
    slots = {name: slot.value.strip() for name, slot in (intent.slots or {}).items() if slot.value}
    says = known["says"]
    return next((_filled(one, slots) for one in ([says] if isinstance(says, str) else says) if _fits(one, slots)), "")


def _fits(pattern: str, slots: Mapping[str, str]) -> bool:
    return all(slots.get(name) for _, name, _, _ in Formatter().parse(pattern) if name)


def _filled(pattern: str, slots: Mapping[str, str]) -> str:
    """The pattern with the slots in place. What was said is put in as it is: braces in it mean nothing."""
    parts = ((before, slots[name] if name else "") for before, name, _, _ in Formatter().parse(pattern))
    return "".join(f"{before}{value}" for before, value in parts).strip()
