"""The taxonomies of Open Food Facts by way of its own package, an extra: `pip install "cabas[openfoodfacts]"`."""

from __future__ import annotations

import json
from pathlib import Path

from cabas.kernel.errors import Unavailable
from cabas.usecases.learn.teach import GOODS

# What the package calls the taxonomies that Cabas reads.
NAMES = {"categories": "category", "ingredients": "ingredient"}


def taxonomy_texts(cache: Path) -> dict[str, str]:
    """File name -> text, as Open Food Facts publishes its taxonomies; fetched anew only when there are newer ones.

    They are kept in the folder `cache`, and read from there when the site does not answer. Raises `Unavailable` when
    the package is missing, or nothing was ever fetched.
    """
    try:
        from openfoodfacts.taxonomy import get_taxonomy
    except ImportError:
        raise Unavailable(
            "The openfoodfacts package is not installed.",
            remedy='Run `pip install "cabas[openfoodfacts]"`, or download the taxonomies and import the folder.',
        ) from None
    texts = {}
    for goods in GOODS:
        try:
            try:
                taxonomy = get_taxonomy(NAMES[goods], download_newer=True, cache_dir=cache)
            except OSError:  # requests' errors are OSErrors
                taxonomy = get_taxonomy(NAMES[goods], cache_dir=cache)
        except (OSError, ValueError) as error:
            raise Unavailable(
                f"Open Food Facts does not answer: {error}",
                remedy="Try again later, or import a downloaded folder.",
            ) from error
        entries = {node.id: {"name": node.names, "synonyms": node.synonyms} for node in taxonomy.iter_nodes()}
        texts[f"{goods}.json"] = json.dumps(entries)
    return texts
