"""Where the platform may show products and link to them.

    [placements]
    places = ["shopping", "video", "answers"]

Everywhere when the agreement has no such table.
"""

from __future__ import annotations

from dataclasses import dataclass

from cabas.agreement.schema import Dated, key, names_of
from cabas.agreement.term import PLACES, Decision, Question, Show, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Placements(Dated, Term):
    """Where the platform may show products and link to them."""

    places: tuple[str, ...] = key(names_of(PLACES), "The places.")

    def decide(self, question: Question) -> Decision | None:
        """Denies other places, and other days."""
        if not isinstance(question, Show) or (question.place in self.places and self.on(question.day)):
            return None
        return self.no(
            "place_not_allowed",
            fr=f"{{platform}} ne montre pas ces produits à cet endroit ({question.place}).",
            en=f"{{platform}} does not show these products in that place ({question.place}).",
        )
