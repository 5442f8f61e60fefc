"""By which ways of ordering shoppers may buy.

    [channels]
    allowed = ["voice", "app"]

All are allowed when the agreement has no such table.
"""

from __future__ import annotations

from dataclasses import dataclass

from cabas.agreement import words
from cabas.agreement.schema import key, names_of
from cabas.agreement.term import CHANNELS, Decision, Place, Question, Sell, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels(Term):
    """By which ways of ordering shoppers may buy."""

    allowed: tuple[str, ...] = key(names_of(CHANNELS), "The ways of ordering that are allowed.")

    def decide(self, question: Question) -> Decision | None:
        """Denies what comes by another channel."""
        if not isinstance(question, Place | Sell) or question.channel in self.allowed:
            return None
        offered = {lang: words.listed((words.name(one, lang) for one in self.allowed), lang) for lang in words.LANGS}
        return self.no(
            "channel_not_allowed",
            fr=f"On ne commande pas par {{platform}} de cette façon ; il y a {offered['fr']}.",
            en=f"Orders through {{platform}} cannot come that way; there is {offered['en']}.",
        )
