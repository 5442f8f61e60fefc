"""The counter of one retailer: the talk use cases as a surface sees them (`surfaces.chat.wire.Talk`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from cabas.domain.customer import Shopper
from cabas.domain.fulfillment import Method, Slot
from cabas.kernel.clock import Clock
from cabas.kernel.errors import NotFound
from cabas.usecases.ports import Store
from cabas.usecases.talk.arrive import Shelf, follow, shelf
from cabas.usecases.talk.desk import Desk
from cabas.usecases.talk.handover import Parcel, bring, take_over
from cabas.usecases.talk.stage import as_it_stands, load
from cabas.usecases.talk.tap import alternatives, slots_ahead, tap
from cabas.usecases.talk.turn import open_conversation, say
from cabas.usecases.talk.view import Alternative, View
from cabas.usecases.videos import VideoLinks


@dataclass(frozen=True, slots=True)
class Counter:
    """One retailer's conversations through one platform. `guests` are demo shoppers anybody may pretend to be.

    `links` are those under videos, which shoppers come by.
    """

    desk: Desk
    retailer: str
    platform: str
    guests: Sequence[Shopper] = field(default_factory=tuple)
    links: VideoLinks | None = None

    @property
    def clock(self) -> Clock:
        """What time it is."""
        return self.desk.clock

    async def stores(self) -> Sequence[Store]:
        """The retailer's stores."""
        return await self.desk.shop.stores(self.retailer)

    async def shoppers(self) -> Sequence[Shopper]:
        """The people of the demo."""
        return self.guests

    async def open(self, locale: str, store_id: str | None, shopper_id: str | None, channel: str) -> View:
        """Start a conversation; at the shopper's own store, else the first one, when none is given."""
        if store_id is None:
            known = await self.stores()
            if not known:
                raise NotFound(f"{self.retailer} has no stores yet.", remedy="Load some: `cabas store --help`.")
            own = next((one.store_id for one in self.guests if one.id == shopper_id), None)
            store_id = own or known[0].id
        return await open_conversation(
            self.desk,
            self.retailer,
            store_id,
            platform=self.platform,
            locale=locale,
            shopper_id=shopper_id,
            channel=channel,
        )

    async def say(
        self,
        conversation_id: str,
        text: str,
        channel: str,
        *,
        key: str | None = None,
        request_hash: str | None = None,
    ) -> View:
        """One utterance."""
        return await say(
            self.desk, self.retailer, conversation_id, text, channel=channel, key=key, request_hash=request_hash
        )

    async def tap(
        self,
        conversation_id: str,
        action: str,
        line_id: str | None,
        value: str | None,
        *,
        channel: str = "web",
        request_hash: str | None = None,
    ) -> View:
        """One touch."""
        return await tap(
            self.desk,
            self.retailer,
            conversation_id,
            action,
            line_id,
            value,
            channel=channel,
            request_hash=request_hash,
        )

    async def view(self, conversation_id: str) -> View:
        """The conversation as it stands."""
        return await as_it_stands(await load(self.desk, self.retailer, conversation_id, "web"))

    async def slots(self, conversation_id: str, method: str | None, day: date | None) -> Sequence[Slot]:
        """The slots an order placed now can still reach."""
        scene = await load(self.desk, self.retailer, conversation_id, "web")
        return await slots_ahead(scene, Method(method) if method else None, day)

    async def alternatives(self, conversation_id: str, line_id: str) -> Sequence[Alternative]:
        """What could take the place of a line."""
        return await alternatives(await load(self.desk, self.retailer, conversation_id, "web"), line_id)

    async def shelf(self, sku: str, conversation_id: str) -> Shelf:
        """A product at the conversation's store, at the retailer's first one without."""
        return await shelf(self.desk, self.retailer, self.platform, sku, conversation_id)

    async def follow(self, code: str, conversation_id: str) -> str:
        """Remember that the shopper came by that link; the SKU it leads to, empty for a link nobody made."""
        return await follow(self.desk, self.links, self.retailer, code, conversation_id) if self.links else ""

    async def bring(self, conversation_id: str, parcel: Parcel) -> View:
        """What a link asks for, put into the cart."""
        return await bring(self.desk, self.retailer, conversation_id, parcel)

    async def take_over(self, handle: str) -> View:
        """The cart that a platform began."""
        return await take_over(self.desk, self.retailer, handle)
