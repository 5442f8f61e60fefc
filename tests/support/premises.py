"""A small shop in memory as a surface sees it: a dozen products, one store, slots, agreements, keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any

from cabas.agreement.agreement import Agreement, parse
from cabas.agreement.book import AgreementBook
from cabas.dialogue.lexicon import lexicon
from cabas.domain.catalog import Product
from cabas.domain.customer import Shopper
from cabas.kernel.clock import FixedClock
from cabas.kernel.errors import Unavailable
from cabas.kernel.ids import uuid7
from cabas.kernel.text import fold
from cabas.storage.memory import Memory
from cabas.surfaces.contract import NoTokens, Premises, Tokens
from cabas.usecases.link.ports import Letter, LinkDesk
from cabas.usecases.partners import make_key
from cabas.usecases.ports import Hit, Query
from cabas.usecases.shop.pay import NoPayments
from cabas.usecases.shop.ports import Payments
from cabas.usecases.shop.visit import Shopfront
from cabas.usecases.talk.desk import Desk
from support.orders import at
from support.shop import Shelves, Shop, run

URL = "http://testserver"
OPEN = """
id = "halle-{platform}"
retailer = "halle"
platform = "{platform}"
starts = 2018-01-01
[access]
open = {open}
{access}
[merchant_of_record]
seller = "{seller}"
[assortment]
[[assortment.sells]]
goods = ["everything"]
[[assortment.excludes]]
goods = ["{excludes}"]
[fulfillment_split]
methods = ["pickup", "delivery"]
[[data_sharing.shares]]
fields = ["order", "store", "slot", "total", "vat", "stock"]
[[data_sharing.shares]]
fields = ["lines", "shopper"]
purpose = "receipts"
[[data_sharing.shares]]
fields = ["past_purchases"]
purpose = "personal_results"
"""


def an_agreement(
    platform: str, *, is_open: bool = False, seller: str = "retailer", excludes: str = "alcohol", access: str = ""
) -> Agreement:
    """An agreement of the shop with `platform`; `access` are more lines of its [access] table."""
    text = OPEN.format(platform=platform, open=str(is_open).lower(), seller=seller, excludes=excludes, access=access)
    return parse(text, f"{platform}.toml")


class Words(Shelves):
    """`Search` by words in the name, in the order of the SKUs."""

    def find(self, query: Query, limit: int = 20) -> list[Hit]:
        asked = fold(query.words).split()
        found = [one for one in self.known.values() if any(word in fold(one.name) for word in asked)]
        return [Hit(one, 1.0) for one in sorted(found, key=lambda one: one.sku)][:limit]

    def brands(self) -> dict[str, int]:
        return {}


@dataclass
class Letters:
    """`Mail` that keeps what it was handed."""

    sent: list[Letter] = field(default_factory=list)

    async def send(self, letter: Letter) -> None:
        self.sent.append(letter)


@dataclass
class Documents:
    """`ClientDocuments` by address."""

    known: dict[str, Mapping[str, object]] = field(default_factory=dict)

    async def document(self, url: str) -> Mapping[str, object]:
        if url not in self.known:
            raise Unavailable(f"{url} answered 404.", remedy="Serve it.")
        return self.known[url]


@dataclass
class Stage:
    """The shop and its premises. `key(platform)` makes a key for a platform."""

    agreements: tuple[Agreement, ...]
    now: datetime = field(default_factory=lambda: at("2026-11-24"))
    testing: bool = False
    payments: Payments = field(default_factory=NoPayments)
    tokens: Tokens = field(default_factory=NoTokens)
    url: str = URL
    guests: tuple[Shopper, ...] = ()
    letters: Letters = field(default_factory=Letters)
    documents: Documents = field(default_factory=Documents)
    changes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.shop = Shop(self.agreements, now=self.now, search=Words())
        self._ids, self._secrets = count(1), count(1)

    @property
    def memory(self) -> Memory:
        return self.shop.memory

    @property
    def products(self) -> dict[str, Product]:
        return self.shop.search.known

    @property
    def desk(self) -> Desk:
        memory, words = self.memory, lexicon()
        return Desk(
            conversations=memory.conversations,
            shop=memory.shop,
            orders=memory.orders,
            agreements=AgreementBook(self.agreements),
            consents=memory.consents,
            pages=None,  # type: ignore[arg-type]
            search=lambda _: self.shop.search,  # type: ignore[arg-type, return-value]
            lexicon=lambda *_: words,
            clock=FixedClock(self.now),
            new_id=lambda: uuid7(self.now, next(self._ids)),
            pairwise_key=b"a secret of the retailer",
        )

    @property
    def linking(self) -> LinkDesk:
        memory = self.memory
        return LinkDesk(
            links=memory.links,
            passkeys=memory.passkeys,
            consents=memory.consents,
            shoppers=memory.shop,
            mail=self.letters,
            documents=self.documents,
            new_secret=lambda: f"secret-{next(self._secrets)}-{'y' * 30}",
            new_id=lambda: uuid7(self.now, next(self._ids)),
            guests=self.guests,
        )

    @property
    def premises(self) -> Premises:
        made = Premises(
            retailer="halle",
            counter=None,
            front=Shopfront(self.desk, self.payments),
            agreements=lambda: self.agreements,
            keys=self.memory.partners,
            answers=self.memory.answers,
            url=self.url,
            clock=FixedClock(self.now),
            secret=b"a secret of the retailer",
            tokens=self.tokens,
            testing=self.testing,
            linking=self.linking,
        )
        return replace(made, **self.changes)

    def key(self, platform: str, *, expires_at: datetime | None = None) -> str:
        number = next(self._secrets)
        made = make_key(
            self.memory.partners, self.agreements, "halle", platform, now=self.now,
            new_secret=lambda: f"secret-{number}-{'x' * 30}", new_id=lambda: f"k{number}", expires_at=expires_at,
        )  # fmt: skip
        return run(made).secret


def stage_of(*agreements: Agreement, **changes: Any) -> Stage:
    """A stage with those agreements; with an open "assistant" and a keyed "google" when none are given."""
    usual: Sequence[Agreement] = agreements or (
        an_agreement("assistant", is_open=True),
        an_agreement("google", seller="platform"),
    )
    return Stage(tuple(usual), **changes)
