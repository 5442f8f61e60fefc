"""Which goods may be shown and sold, from which day; and which never.

    [assortment]
    [[assortment.sells]]
    goods = ["non-food"]
    from = 2018-12-01
    [[assortment.sells]]
    goods = ["food"]
    from = 2019-01-01
    [[assortment.excludes]]
    goods = ["alcohol", "age-restricted"]

Goods are groups ("food", "fresh", "grocery", "non-food", "alcohol", "everything", ...), departments ("Crèmerie") or
category paths ("Crèmerie > Laits"). An exclusion wins over any grant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from cabas.agreement import words
from cabas.agreement.goods import Goods
from cabas.agreement.schema import GOODS, Dated, key, names_of, rows
from cabas.agreement.term import CHANNELS, Decision, Question, Sell, Show, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Range(Dated):
    """Goods, on some days, through some channels."""

    goods: Goods = key(GOODS, "Groups, departments or category paths.")
    channels: tuple[str, ...] = key(names_of(CHANNELS), "Only through these channels; all when left out.", default=())

    def names(self, question: Sell | Show) -> bool:
        """Whether the product asked about is one of them."""
        return self.goods.match(question.category, question.minimum_age) is not None

    def reaches(self, question: Sell | Show) -> bool:
        """Whether it counts for the channel asked about. A place that shows products is no channel."""
        return not self.channels or isinstance(question, Show) or question.channel in self.channels


@dataclass(frozen=True, slots=True, kw_only=True)
class Assortment(Term):
    """Which goods may be shown and sold, from which day; and which never."""

    required: ClassVar[bool] = True
    sells: tuple[Range, ...] = key(rows(Range), "What may be shown and sold.")
    excludes: tuple[Range, ...] = key(rows(Range), "What may not, whatever is granted above.", default=())

    def decide(self, question: Question) -> Decision | None:
        """Says whether the product asked about may be shown or sold."""
        if not isinstance(question, Sell | Show):
            return None
        day, label = question.day, _label(question)
        for row in self.excludes:
            if row.names(question) and row.on(day) and row.reaches(question):
                return self.no(
                    "excluded",
                    fr=f"{label['fr']} : « {_written(row, 'fr')} » est exclu de l'accord avec {{platform}}.",
                    en=f'{label["en"]}: "{_written(row, "en")}" is excluded from the agreement with {{platform}}.',
                )
        fitting = [row for row in self.sells if row.names(question)]
        live = next((row for row in fitting if row.on(day) and row.reaches(question)), None)
        return self._granted(live) if live else self._denied(question, fitting, label)

    def _granted(self, row: Range) -> Decision:
        fr = f"depuis le {words.day(row.since, 'fr')}" if row.since else "depuis le début de l'accord"
        en = f"since {words.day(row.since, 'en')}" if row.since else "since the agreement started"
        return self.yes(
            "in_assortment",
            fr=f"« {_written(row, 'fr')} » se vend par {{platform}} {fr}.",
            en=f'"{_written(row, "en")}" is sold through {{platform}} {en}.',
        )

    def _denied(self, question: Sell | Show, fitting: list[Range], label: dict[str, str]) -> Decision:
        coming = min((row.since for row in fitting if row.since and row.since > question.day), default=None)
        if coming is not None:
            return self._dated(
                "not_yet",
                label,
                coming,
                "sera vendu par {platform} à partir du",
                "will be sold through {platform} from",
            )
        if any(row.on(question.day) for row in fitting):
            return self.no(
                "not_on_channel",
                fr=f"{label['fr']} ne se vend pas par {{platform}} de cette façon.",
                en=f"{label['en']} is not sold through {{platform}} that way.",
            )
        gone = max((row.until for row in fitting if row.until), default=None)
        if gone is not None:
            return self._dated(
                "no_longer", label, gone, "était vendu par {platform} jusqu'au", "was sold through {platform} until"
            )
        return self.no(
            "not_in_assortment",
            fr=f"{label['fr']} ne fait pas partie de l'accord avec {{platform}}.",
            en=f"{label['en']} is not part of the agreement with {{platform}}.",
        )

    def _dated(self, code: str, label: dict[str, str], day: date, fr: str, en: str) -> Decision:
        said_fr, said_en = words.day(day, "fr"), words.day(day, "en")
        return self.no(code, fr=f"{label['fr']} {fr} {said_fr}.", en=f"{label['en']} {en} {said_en}.")


def _label(question: Sell | Show) -> dict[str, str]:
    """The product asked about, or its department, for the beginning of a sentence."""
    named = question.about or " > ".join(question.category)
    return {"fr": named or "Ce produit", "en": named or "This product"}


def _written(row: Range, lang: str) -> str:
    return words.listed(row.goods.names, lang)
