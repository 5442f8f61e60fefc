"""The search index on disk: what it finds, how it changes under readers, what a crash leaves."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path

import pytest

from cabas.dialogue.annotate import Annotator
from cabas.dialogue.ranking import card
from cabas.domain.catalog import Product
from cabas.kernel.errors import Conflict
from cabas.storage import search_build, search_folder
from cabas.storage.search import IndexBroken, IndexFolders, TantivySearch, open_index, rebuild, update
from cabas.storage.search_cards import Cards, CardWriter, encode
from cabas.usecases.ports import Query, Search

pytestmark = pytest.mark.anyio

NAMES = {
    "m1": "Lait demi-écrémé UHT 1 L", "m2": "Lait entier bio 1 L", "m3": "Chocolat au lait 100 g",
    "m4": "Riz au lait à la vanille", "j1": "Confiture de fraises", "j2": "Confiture d'abricots sans sucres ajoutés",
    "p1": "Pommes de terre 2,5 kg", "p2": "Purée de pommes de terre", "s1": "Épinards hachés",
    "c1": "Camembert de Normandie", "y1": "Yaourt entier vanille",
    "t1": "Tartelette sans gluten aux fraises", "b1": "Pain de mie sans croûte 280 g", "b2": "Pain de mie complet",
}  # fmt: skip


def a_product(sku: str, name: str, brand: str = "", **told: object) -> Product:
    return Annotator("fr").product(sku=sku, name=name, brand=brand, **told)  # type: ignore[arg-type]


def catalog() -> list[Product]:
    products = [a_product(sku, name) for sku, name in NAMES.items()]
    products.append(a_product("k1", "Café moulu 250 g", "Clos Vert"))
    products.append(a_product("k2", "Café moulu 250 g", "Zorglub"))
    products.append(a_product("h1", "Lait corporel", category=("Hygiène et beauté", "Soins du corps")))
    products.append(a_product("z1", "Pizza du chef", ingredients="Pâte, jambon, fromage"))
    products.append(a_product("z2", "Pizza margherita", ingredients="Pâte, tomate, fromage"))
    return products


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rebuild(tmp_path / "index", catalog())
    return tmp_path / "index"


@pytest.fixture
def search(folder: Path) -> TantivySearch:
    return open_index(folder)


def skus(search: Search, words: str, lang: str = "fr", limit: int = 20) -> list[str]:
    return [hit.product.sku for hit in search.find(Query(words, lang), limit)]


@pytest.mark.parametrize(
    ("words", "lang", "first"),
    [
        ("confiture fraises", "fr", "j1"),
        ("strawberry jam", "en", "j1"),
        ("potatoes", "en", "p1"),
        ("patates", "fr", "p1"),
        ("camanbert", "fr", "c1"),
        ("kamembert", "fr", "c1"),
        ("épi nards", "fr", "s1"),
        ("café Zorglub", "fr", "k2"),
        ("un kilo de pommes de terre", "fr", "p1"),
        ("pain de mie sans croûte", "fr", "b1"),
        ("lait corporel", "fr", "h1"),
    ],
)
def test_the_right_product_comes_first(search: TantivySearch, words: str, lang: str, first: str) -> None:
    assert skus(search, words, lang)[0] == first


def test_a_food_comes_before_what_only_holds_the_word(search: TantivySearch) -> None:
    found = skus(search, "lait")
    assert set(found[:2]) == {"m1", "m2"}
    assert found.index("h1") > found.index("m3")


def test_refused_things_are_in_neither_name_nor_ingredients(search: TantivySearch) -> None:
    assert skus(search, "pizza mais pas de jambon") == ["z2"]
    assert "t1" not in skus(search, "tartelette mais pas aux fraises")


def test_refusing_everything_finds_what_there_is(search: TantivySearch) -> None:
    assert set(skus(search, "pizza sans fromage")) == {"z1", "z2"}


def test_a_brand_lifts_its_product(search: TantivySearch) -> None:
    hits = search.find(Query("café", "fr", brand="Clos Vert"))
    assert hits[0].product.sku == "k1"
    assert hits[0].score > hits[1].score


def test_labels_and_families_of_a_query_count(search: TantivySearch) -> None:
    assert search.find(Query("lait", "fr", labels=("organic",)))[0].product.sku == "m2"
    assert search.find(Query("", "fr", families=("jam",)))[0].product.family in ("strawberry_jam", "apricot_jam")


def test_nothing_is_found_for_nothing(search: TantivySearch) -> None:
    assert skus(search, "") == []
    assert skus(search, "xyzzyx") == []
    assert len(skus(search, "lait", limit=2)) == 2


def test_products_come_back_whole(search: TantivySearch) -> None:
    expected = {product.sku: product for product in catalog()}
    assert search.get(["m2", "nobody", "k1"]) == {"m2": expected["m2"], "k1": expected["k1"]}
    assert len(search) == len(expected)
    assert search.brands() == {"Clos Vert": 1, "Zorglub": 1}


@pytest.mark.parametrize(
    ("words", "known"),
    [
        ("lait", True), ("lait entier", True), ("entier lait", True), ("lait abricots", False),
        ("strawberry jam", True), ("patates", True),
        ("sans croûte", True), ("moto", False), ("", False), ("de la", False),
        # each two of them stand in a name together, but no name has all three
        ("pain de mie complet", True), ("lait entier vanille", False), ("confiture sans sucres", True),
    ],
)  # fmt: skip
def test_words_are_known_when_a_name_or_a_family_holds_them(search: TantivySearch, words: str, known: bool) -> None:
    assert search.knows(words) is known


def test_an_update_is_seen_by_open_readers(folder: Path, search: TantivySearch) -> None:
    assert update(folder, [a_product("m1", "Lait écrémé 1 L"), a_product("n1", "Moutarde à l'ancienne")], ["m3"]) == 2
    assert skus(search, "moutarde") == ["n1"]
    assert search.get(["m1", "m3"]) == {"m1": a_product("m1", "Lait écrémé 1 L")}
    assert search.knows("moutarde ancienne")
    assert skus(search, "moutardde") == ["n1"]
    assert len(search) == len(catalog())


def test_a_rebuild_is_seen_by_open_readers(folder: Path, search: TantivySearch) -> None:
    assert rebuild(folder, [a_product("n1", "Moutarde")]) == 1
    assert skus(search, "moutarde") == ["n1"]
    assert skus(search, "lait") == []
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == ["1", "2"]
    rebuild(folder, catalog())
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == ["2", "3"]


def test_a_rebuild_that_breaks_off_leaves_the_old_index(folder: Path, search: TantivySearch) -> None:
    def broken() -> list[Product]:
        raise OSError("the disk went away")

    with pytest.raises(OSError, match="went away"):
        rebuild(folder, (one for make in (catalog, broken) for one in make()))
    assert skus(search, "camembert") == ["c1"]
    assert [path.name for path in folder.iterdir() if path.is_dir()] == ["1"]
    assert rebuild(folder, catalog()) == len(catalog())


def test_a_crash_before_the_pointer_moves_leaves_the_old_index(folder: Path) -> None:
    """What a killed process leaves: a finished generation nobody points at, and a draft."""
    shutil.copytree(folder / "1", folder / "2")
    (folder / "3.draft").mkdir()
    (folder / f"{search_folder.CURRENT}.new").write_text("2")
    assert skus(open_index(folder), "camembert") == ["c1"]
    assert rebuild(folder, [a_product("n1", "Moutarde")]) == 1
    assert skus(open_index(folder), "moutarde") == ["n1"]
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == ["1", "2"]


def test_one_writer_at_a_time(folder: Path) -> None:
    with (folder / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Conflict, match="Another process"):
            rebuild(folder, catalog())
        with pytest.raises(Conflict, match="Another process"):
            update(folder, catalog())
    assert rebuild(folder, catalog()) == len(catalog())


def test_what_is_no_index_says_so(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(IndexBroken, match="no search index") as caught:
        open_index(tmp_path / "nowhere")
    assert "cabas catalog import" in caught.value.remedy
    (folder / "1" / "words.msgpack").write_bytes(b"\xc1")
    with pytest.raises(IndexBroken, match="damaged") as caught:
        open_index(folder)
    assert "reindex" in caught.value.remedy


def test_an_index_of_another_version_says_so(folder: Path) -> None:
    (folder / "1" / "format").write_text("older")
    with pytest.raises(IndexBroken, match="another version"):
        open_index(folder)
    assert IndexFolders(folder.parent).exists("index") is False


def test_a_large_catalog_is_indexed_by_its_own_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_build, "WORKER_FROM", 5)
    assert rebuild(tmp_path / "index", catalog()) == len(catalog())
    search = open_index(tmp_path / "index")
    assert skus(search, "camembert") == ["c1"]
    assert len(search) == len(catalog())


def test_an_indexing_process_that_fails_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_build, "WORKER_FROM", 1)
    draft = search_build.IndexDraft(tmp_path / "index", "fr")
    shutil.rmtree(tmp_path / "index" / "1.draft")
    draft.add(catalog())
    with pytest.raises(search_build.Unavailable, match="indexing process failed"):
        draft.publish()
    assert search_folder.generation(tmp_path / "index") is None
    assert rebuild(tmp_path / "index", catalog()) == len(catalog())


async def test_a_change_that_never_reached_the_index_is_remembered(tmp_path: Path) -> None:
    folders = IndexFolders(tmp_path)
    assert folders.begin("halle") is False
    assert folders.begin("halle") is True

    async def batches() -> object:
        yield catalog()

    assert await folders.rebuild("halle", batches(), lang="fr") == len(catalog())  # type: ignore[arg-type]
    assert folders.begin("halle") is False
    folders.end("halle")
    assert folders.exists("halle") is True


def test_what_is_asked_again_is_answered_from_memory_until_the_catalog_changes(
    folder: Path, search: TantivySearch
) -> None:
    first = search.find(Query("lait", "fr"))
    assert search.find(Query("lait", "fr")) is first
    assert isinstance(first, tuple)  # nobody changes what others are answered
    update(folder, [], ["m1", "m2"])
    assert skus(search, "lait") == [hit.product.sku for hit in first if hit.product.sku not in ("m1", "m2")]


def test_a_record_is_found_by_its_place_after_others_were_added(tmp_path: Path) -> None:
    products = catalog()
    first = CardWriter(tmp_path)
    places = [first.add(encode(card(product)), encode(product)) for product in products[:5]]
    first.close()
    second = CardWriter(tmp_path)
    places += [second.add(encode(card(product)), encode(product)) for product in products[5:]]
    second.close()
    held = Cards(tmp_path)
    assert [held.product(place) for place in places] == products
    assert [held.card(place) for place in places] == [card(product) for product in products]
