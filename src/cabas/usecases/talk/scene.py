"""One turn being played: the conversation as it changes, and the facts to be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from cabas.agreement.agreement import Agreement, Request, evaluate
from cabas.agreement.book import HOUSE
from cabas.agreement.term import Fulfill, Sell, Who
from cabas.dialogue.lexicon import Lexicon
from cabas.dialogue.reply import Fact
from cabas.domain.cart import PAST_MAX, Cart, Conversation, LineItem, Pending
from cabas.domain.catalog import Product
from cabas.domain.customer import Habit, Shopper
from cabas.domain.fulfillment import Slot
from cabas.domain.order import Order
from cabas.usecases.ports import Search, Store
from cabas.usecases.talk.desk import Desk
from cabas.usecases.talk.view import PlacedOrder

FOCUS_MAX = 8
# Turns back in which the same excuse would be noticed.
SAID_RECENTLY = 4


@dataclass(slots=True)
class Scene:
    """The state of one turn. Handlers read it, change the cart through `update`, and `tell` facts; nothing is stored
    until the turn ends, so an error leaves the conversation as it was. `answered` is the question that was open when
    the turn began; `proposed` are ids of lines that a recipe put into the cart unticked; `key` is the idempotency key
    of a confirmation, where the surface gives one; `diet` are the constraints that hold for all food of this turn.
    """

    desk: Desk
    talk: Conversation
    store: Store
    now: datetime
    search: Search
    lexicon: Lexicon
    channel: str
    shopper: Shopper | None
    agreement: Agreement
    before: Cart = field(default_factory=Cart)
    began: Cart = field(init=False)
    facts: list[Fact] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)
    proposed: list[str] = field(default_factory=list)
    offered: tuple[Slot, ...] = ()
    restricted: list[str] = field(default_factory=list)
    asked: bool = False
    answered: Pending | None = None
    about: LineItem | None = None
    order: PlacedOrder | None = None
    placed: Order | None = None
    stored: bool = False
    key: str | None = None
    request_hash: str | None = None
    text: str = ""
    leftover: tuple[str, ...] = ()
    diet: tuple[str, ...] = ()
    known_habits: tuple[Habit, ...] | None = None
    personal: bool | None = None
    age: int | None = None
    age_heard: bool = False
    denials: dict[tuple[tuple[str, ...], int], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.diet = self.talk.diet
        self.began = self.talk.cart  # stays what the turn began with; `before` is moved by an undo

    @property
    def lang(self) -> str:
        """The language of the conversation."""
        return self.talk.lang

    @property
    def cart(self) -> Cart:
        """The cart as it is now."""
        return self.talk.cart

    def update(self, cart: Cart) -> None:
        """Change the cart."""
        self.talk = replace(self.talk, cart=cart)

    def tell(self, kind: str, **values: object) -> None:
        """A fact for the reply."""
        self.facts.append(Fact(kind, values))

    def ask(self, kind: str, about: Iterable[str] = (), options: Iterable[str] = ()) -> None:
        """Wait for an answer. The question itself is told as a fact."""
        self.talk = replace(self.talk, pending=Pending(kind, tuple(about), tuple(options)))

    def touch(self, line_ids: Iterable[str]) -> None:
        """These lines were spoken of: pronouns of the next turn mean them."""
        for line_id in line_ids:
            if line_id in self.touched:
                self.touched.remove(line_id)
            self.touched.insert(0, line_id)

    def remember(self) -> None:
        """Keep the cart from before this turn for undo, and what was spoken of for pronouns."""
        past = self.talk.past
        if self.cart != self.before:
            past = (self.before, *past)[:PAST_MAX]
        alive = {line.id for line in self.cart.lines}
        focus = [line_id for line_id in (*self.touched, *self.talk.focus) if line_id in alive]
        self.talk = replace(self.talk, past=past, focus=tuple(dict.fromkeys(focus))[:FOCUS_MAX])

    def keep_diet(self, diet: tuple[str, ...]) -> None:
        """From now on everything to eat and drink is asked for so; nothing said of it anymore lifts it."""
        self.talk = replace(self.talk, diet=diet)
        self.tell("diet" if diet else "diet_lifted", tags=", ".join(diet))

    @property
    def billed_by_platform(self) -> bool:
        """Whether the platform is the merchant of record of an order placed now."""
        question = Who(self.now.date(), "sells", self.cart.method or "")
        return evaluate(self.agreement, self._request(question)).who("sells") == "platform"

    def _request(self, question: Sell | Who | Fulfill) -> Request:
        return Request(self.talk.retailer_id, self.talk.platform, (question,))

    def may_use(self, slot: Slot) -> bool:
        """Whether the agreement lets goods reach the shopper in that slot."""
        question = Fulfill(slot.method.value, self.now, slot.starts_at, slot.ends_at)
        return evaluate(self.agreement, self._request(question)).allowed

    def said_before(self, talk: Conversation) -> tuple[tuple[str, str], ...]:
        """What was said in `talk`, with the shopper's words of this turn."""
        return (*talk.said, ("shopper", self.text)) if self.text else talk.said

    @property
    def last_said(self) -> tuple[str, ...]:
        """The last replies of the conversation, oldest first, so that the next one does not repeat an excuse."""
        return tuple(text for who, text in self.talk.said[-2 * SAID_RECENTLY :] if who == "cabas")

    def denial(self, product: Product) -> str:
        """Why the agreement of the platform does not let this product be sold now; empty when it does."""
        key = (product.category, product.minimum_age)
        if key not in self.denials:
            question = Sell(self.now.date(), self.channel, product.category, product.minimum_age)
            denied = evaluate(self.agreement, self._request(question)).denials
            self.denials[key] = denied[0].sentence(self.lang) if denied else ""
        return self.denials[key]

    async def may_be_personal(self) -> bool:
        """Whether this shopper agreed to results from their own purchases: with the retailer, and, when a partner
        listens, to the partner's platform too (purpose "personal_results"). Read once a turn, when it first matters.
        """
        if self.personal is None:
            shopper, talk = self.shopper, self.talk
            self.personal = shopper is not None and shopper.personal
            if shopper is not None and self.personal and talk.platform != HOUSE:
                where = (talk.retailer_id, shopper.id, talk.platform, self.now)
                self.personal = "personal_results" in await self.desk.consents.purposes(*where)
        return self.personal

    async def habits(self) -> tuple[Habit, ...]:
        """The shopper's habits, read once a turn; none without a shopper or without consent."""
        if self.known_habits is None:
            self.known_habits = ()
            if self.shopper is not None and await self.may_be_personal():
                self.known_habits = await self.desk.shop.habits(self.talk.retailer_id, self.shopper.id, self.now)
        return self.known_habits
