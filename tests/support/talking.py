"""A conversation over the demo retailer, played act by act."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from cabas.dialogue.acts import Act
from cabas.domain.cart import Amount, Want
from cabas.kernel.clock import FixedClock
from cabas.storage.memory import Memory
from cabas.usecases.talk.desk import Desk
from cabas.usecases.talk.stage import load, play
from cabas.usecases.talk.tap import tap
from cabas.usecases.talk.turn import open_conversation, say
from cabas.usecases.talk.view import View

NOW = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Europe/Paris"))


@dataclass
class Talker:
    """A conversation that is played act by act."""

    desk: Desk
    memory: Memory
    view: View
    channel: str = "voice"

    async def do(self, *acts: Act) -> View:
        scene = await load(self.desk, "halle", self.view.conversation_id, self.channel)
        self.view = await play(scene, acts)
        return self.view

    async def say(self, text: str) -> View:
        self.view = await say(self.desk, "halle", self.view.conversation_id, text, channel=self.channel)
        return self.view

    async def tap(self, action: str, line: str | None = None, value: str | None = None) -> View:
        self.view = await tap(self.desk, "halle", self.view.conversation_id, action, line, value)
        return self.view

    @property
    def names(self) -> list[str]:
        return [line.name for line in self.view.cart.lines]


async def talk(
    desk: tuple[Desk, Memory],
    *,
    platform: str = "house",
    shopper: str | None = "camille",
    at: datetime = NOW,
    locale: str = "fr-FR",
) -> Talker:
    ports, memory = desk
    ports = replace(ports, clock=FixedClock(at))
    store = (await ports.shop.stores("halle"))[0].id
    view = await open_conversation(ports, "halle", store, platform=platform, locale=locale, shopper_id=shopper)
    return Talker(ports, memory, view)


def want(words: str, family: str | None = None, amount: str | None = None, unit: str = "piece", **more: object) -> Want:
    said = Amount(Fraction(amount), unit) if amount else None
    return Want(words, "fr", said, family, **more)  # type: ignore[arg-type]
