"""Recipe pages to baskets, from the bytes in memory."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from cabas.apps.eval.shop import EvalShop
from cabas.dialogue.recipe_needs import needs_of_page
from cabas.dialogue.recipe_page import RecipePage, read_page
from cabas.dialogue.weights import usual_of
from cabas.domain.catalog import Product
from cabas.domain.packs import holds
from cabas.kernel.errors import InvalidInput
from cabas.usecases.learn.apply import taught_needs
from cabas.usecases.recipes import BasketLine, basket_for

UNITS = {"mass": "g", "volume": "ml", "count": "piece"}
PAGE_MAX_BYTES = 20_000_000


def run(cases: Sequence[Mapping[str, Any]], folder: Path, shop: EvalShop) -> Iterator[dict[str, Any]]:
    """The basket of each page at the servings or the scale asked; the first page is read twice, to warm up."""
    for case in cases[:1]:
        _basket(case, _html(folder / case["file"]), shop)
    for case in cases:
        html = _html(folder / case["file"])
        start = time.perf_counter()
        page, factor, basket = _basket(case, html, shop)
        elapsed = (time.perf_counter() - start) * 1000
        yield {
            "file": case["file"],
            "ms": round(elapsed, 1),
            "servings_read": float(page.servings) if page and page.servings is not None else None,
            "scale_used": float(factor) if factor is not None else None,
            "lines_read": list(page.lines) if page else [],
            "basket": [_line(line.product, line) for line in basket if line.product is not None],
        }


def _basket(
    case: Mapping[str, Any], html: str, shop: EvalShop
) -> tuple[RecipePage | None, Fraction | None, list[BasketLine]]:
    try:
        page = read_page(html, str(case["lang"]))
    except InvalidInput:
        return None, None, []
    asked = case.get("target_servings")
    if asked is not None and page.servings:
        factor = Fraction(str(asked)) / page.servings
    else:
        factor = Fraction(str(case.get("scale") or 1))
    needs = taught_needs(needs_of_page(page, factor=factor), shop.lexicons[str(case["lang"])].taught)
    return page, factor, basket_for(needs, shop.search)


def _line(product: Product, line: BasketLine) -> dict[str, Any]:
    usual = usual_of(line.need.family)
    content = holds(product, line.need.ask, usual.piece)
    packs: float = line.choice.quantity if line.choice else 0
    pack = {"quantity": float(content.base), "unit": UNITS.get(content.dimension, "piece")} if content else None
    if product.unit == "GRM":
        pack = {"quantity": 1.0, "unit": "g"}
    return {
        "product_name": product.name,
        "brand": product.brand,
        "packs": packs,
        "pack": pack or {"quantity": float(product.pieces), "unit": "piece"},
        "unticked": not line.ticked,
        "substitute": line.substitute,
    }


def _html(path: Path) -> str:
    raw = path.read_bytes()
    if path.suffix == ".gz":
        raw = gzip.decompress(raw)
    return raw[:PAGE_MAX_BYTES].decode("utf-8", errors="replace")
