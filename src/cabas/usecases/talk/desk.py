"""What a conversation needs from the outside, in one hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cabas.dialogue.lexicon import Lexicon
from cabas.kernel.clock import Clock
from cabas.kernel.ids import NewId
from cabas.usecases.learn.ports import Learning
from cabas.usecases.ports import (
    Agreements,
    Consents,
    Conversations,
    Kinds,
    Orders,
    RecipePages,
    Search,
    SecondReader,
    Shop,
)
from cabas.usecases.talk.findings import Findings


@dataclass(frozen=True, slots=True)
class Desk:
    """The ports of the talk use case. `search` is chosen by retailer, `lexicon` by
    retailer and language. `pairwise_key` keeps what
    platforms know of a shopper apart (see `usecases.checkout`). `reader` and `kinds` are optional helps
    for words nobody knows (see `reread`). `learning` keeps the retailer's words up to date, and what was
    not understood. `findings` remembers what would do for the wishes said last.
    """

    conversations: Conversations
    shop: Shop
    orders: Orders
    agreements: Agreements
    consents: Consents
    pages: RecipePages
    search: Callable[[str], Search]
    lexicon: Callable[[str, str], Lexicon]
    clock: Clock
    new_id: NewId
    pairwise_key: bytes = b""
    reader: SecondReader | None = None
    kinds: Kinds | None = None
    learning: Learning | None = None
    findings: Findings = field(default_factory=Findings)
