"""What a surface shows after a turn. Everything in it is plain data; texts are in the shopper's language."""

from __future__ import annotations

from dataclasses import dataclass

from cabas.dialogue.acts import Act
from cabas.dialogue.ssml import ssml
from cabas.domain.cart import Cart, LineItem, Pending
from cabas.domain.receipt import Receipt
from cabas.usecases.ports import Store


@dataclass(frozen=True, slots=True)
class Reply:
    """What Cabas says. `speech` is written to be heard, `text` to be read; `chips` are things to say next (at most 3).

    `notice` is said once, in the first turn: that an automated assistant is talking (EU AI Act, article 50).
    """

    text: str
    speech: str
    chips: tuple[str, ...] = ()
    notice: str | None = None

    @property
    def ssml(self) -> str:
        """`speech` for voices that read SSML, after the `notice` when there is one."""
        return ssml(f"{self.notice} {self.speech}" if self.notice else self.speech)


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another product for a line: what it is, what it costs here, why it is proposed."""

    sku: str
    name: str
    brand: str | None
    content: str
    price: str
    per_unit: str
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """The order just placed: its number for people, its id for machines, and the receipt."""

    number: str
    order_id: str
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class View:
    """The conversation as it stands. `asked` says that the request is left open or refused; `pending` is the question
    Cabas waits for. `understood` is what this turn meant, `about` the article it asked about. `diet` holds for
    all food until it is lifted.
    """

    conversation_id: str
    lang: str
    store: Store
    reply: Reply
    cart: Cart
    shopper_name: str | None = None
    understood: tuple[Act, ...] = ()
    about: LineItem | None = None
    restricted: tuple[str, ...] = ()
    asked: bool = False
    pending: Pending | None = None
    order: PlacedOrder | None = None
    history: tuple[tuple[str, str], ...] = ()
    diet: tuple[str, ...] = ()

    @property
    def acts(self) -> tuple[str, ...]:
        """The kinds of what this turn meant."""
        return tuple(act.kind for act in self.understood)
