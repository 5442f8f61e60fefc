"""What a pack surely holds though its name does not say: "Œufs" are no single egg."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from cabas.dialogue.classify import below
from cabas.dialogue.families import pack_size, sheets
from cabas.domain.catalog import Product, SoldBy
from cabas.kernel.quantity import Quantity


def assumed(product: Product) -> Product:
    """`product` with the number of pieces its family comes in, for reckoning, where neither name nor record gives any
    content, or as much as several of the usual ones hold (500 g of yogurt are four pots); unchanged where its family
    is sold by the piece, by weight or volume. Not to be shown to anybody.
    """
    if product.pieces > 1 or product.sold_by is not SoldBy.EACH:
        return product
    if product.content is not None:
        units = _units(product.family or "", product.content)
        return replace(product, pieces=units) if units > 1 else product
    count = usual_count(product.family or "")
    return replace(product, content=Quantity(count), pieces=count) if count > 1 else product


@lru_cache(maxsize=4096)
def _units(family: str, content: Quantity) -> int:
    """How many units a pack of that content holds: as the packs of the family do that hold as much; 1 where some come
    in one piece.
    """
    packs = [pack_size(str(pack)) for pack in sheets().get(family, {}).get("packs") or ()]
    same = {units for units, size in packs if size.dimension == content.dimension and units * size.base == content.base}
    return same.pop() if len(same) == 1 else 1


@lru_cache(maxsize=4096)
def usual_count(family: str) -> int:
    """How many pieces the first pack of a family holds, or of the first kind of it that has packs: 25 of tea bags, 4 of
    yogurts; 1 when it is not counted.
    """
    for one in below(family) if family in sheets() else ():
        packs = sheets()[one].get("packs")
        if packs:
            units, size = pack_size(str(packs[0]))
            return int(units * size.base) if size.dimension == "count" else units
    return 1
