"""What amounts are counted in: the units of a language and region, from `locales/<lang>/units.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from cabas.dialogue import locales
from cabas.dialogue.phrases import Phrases


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: `factor` of the spoken unit `said`. `kind` is measure (mass, volume), container or kitchen.

    `ml` or `g` is what one holds, where that is usual (spoons, cups). `symbol` is how a size is written with it.
    """

    id: str
    kind: str
    said: str
    factor: Fraction = Fraction(1)
    ml: Fraction | None = None
    g: Fraction | None = None
    symbol: str = ""

    @property
    def dimension(self) -> str:
        """mass, volume or count."""
        if self.kind == "measure":
            return "mass" if self.said in ("g", "kg") else "volume"
        return "volume" if self.ml else "mass" if self.g else "count"


def units_of(sheet: dict[str, dict[str, dict[str, object]]], groups: tuple[str, ...], region: str) -> Phrases[Unit]:
    """The units of `groups` by their words, with what they are worth in `region`."""
    phrases: Phrases[Unit] = Phrases()
    kinds = {"measures": "measure", "containers": "container", "kitchen": "kitchen"}
    for group in groups:
        for unit_id, record in sheet[group].items():
            local = record.get("in", {})
            factor = local.get(region, record.get("factor", 1)) if isinstance(local, dict) else 1
            holds = {key: Fraction(str(record[key])) for key in ("ml", "g") if key in record}
            said = str(record.get("said", "piece"))
            symbol = str(record.get("symbol", unit_id if group == "measures" else ""))
            unit = Unit(unit_id, kinds[group], said, Fraction(str(factor)), holds.get("ml"), holds.get("g"), symbol)
            for word in locales.words(record["words"]):
                phrases.put(word, unit)
    return phrases
