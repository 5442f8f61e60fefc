"""Files of words, taxonomies, what went wrong in a turn, and what might be learned from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.dialogue.knowledge import Knowledge, Taught, Word
from cabas.dialogue.query import Query
from cabas.domain.catalog import Product
from cabas.domain.recipe import Need
from cabas.kernel.errors import CabasError, InvalidInput
from cabas.usecases.learn.apply import taught_needs, taught_query
from cabas.usecases.learn.ports import OPEN, OWN, Failure
from cabas.usecases.learn.propose import propose
from cabas.usecases.learn.review import groups
from cabas.usecases.learn.taxonomy import harvest, read_entries
from cabas.usecases.learn.teach import words_of
from cabas.usecases.learn.words_file import BadWords, read_words
from cabas.usecases.ports import Hit

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SHELF = {
    "B-1": Product("B-1", {"fr": "Baguette magique"}),
    "C-1": Product("C-1", {"fr": "Courgette"}, family="courgette"),
}


def products(skus: Iterable[str]) -> Mapping[str, str | None]:
    return {sku: SHELF[sku].family for sku in skus if sku in SHELF}


class Shelves:
    """A search over a few products, by whole words of their names."""

    def find(self, query: Query, limit: int = 20) -> list[Hit]:
        return [Hit(one, 1.0) for one in SHELF.values() if query.words.lower() in one.name.lower()]

    def get(self, skus: Iterable[str]) -> dict[str, Product]:
        return {sku: SHELF[sku] for sku in skus if sku in SHELF}

    def knows(self, words: str) -> bool:
        return False

    def brands(self) -> Mapping[str, int]:
        return {}


def test_a_table_of_words() -> None:
    table = (
        "words,lang,means,never\n"
        "Schmurtz | petit schmurtz,fr,courgette,\n"
        "# a remark,,,\n"
        "\n"
        "zuke,en,zucchini,\n"
        "la magique,,B-1,sku:C-1\n"
        "filet,fr,,goat_cheese|sku:B-1\n"
    )
    assert read_words(table, "ours.csv", products) == (
        Word("schmurtz", "fr", "courgette", like="courgette"),
        Word("petit schmurtz", "fr", "courgette", like="courgette"),
        Word("zuke", "en", "courgette", like="zucchini"),
        Word("la magique", "fr", None, "B-1"),
        Word("la magique", "fr", None, "C-1", never=True),
        Word("filet", "fr", "goat_cheese", never=True),
        Word("filet", "fr", None, "B-1", never=True),
    )


def test_a_list_of_words_in_yaml_is_the_same() -> None:
    text = "- words: [schmurtz, petit schmurtz]\n  means: courgette\n- {words: filet, lang: fr, never: 'sku:B-1'}\n"
    assert read_words(text, "ours.yaml", products) == read_words(
        "words;lang;means;never\nschmurtz|petit schmurtz;fr;courgette;\nfilet;fr;;sku:B-1\n", "ours.csv", products
    )


def test_every_wrong_row_is_told_with_its_line_and_a_remedy() -> None:
    table = (
        "words,means\n"
        "schmurtz,courgette\n"
        "zorglub,cougette\n"
        "zorg,\n"
        ",carrot\n"
        "schmurtz,carrot\n"
        "zorglub,sku:NONE\n"
        "%,carrot\n"
    )  # fmt: skip
    with pytest.raises(BadWords) as caught:
        read_words(table, "ours.csv", products)
    told = [(one.line, one.field) for one in caught.value.problems]
    assert told == [(3, "means"), (4, "means"), (5, "words"), (6, "means"), (7, "means"), (8, "words")]
    assert caught.value.problems[0].remedy.startswith("Did you mean courgette or ")
    assert caught.value.problems[3].reason == "'schmurtz' means courgette in line 2."
    assert str(caught.value).startswith("ours.csv:3: means: 'cougette' is neither a family nor a published SKU. 5 more")
    assert str(caught.value).endswith("Nothing was imported.")


def test_what_is_meant_is_never_never_meant() -> None:
    with pytest.raises(BadWords, match="means courgette and never means it"):
        read_words("words,means,never\nschmurtz,courgette,courgette\n", "ours.csv", products)


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("ours.csv", "mots,sens\na,b\n", "ours.csv:1: this is no table of words."),
        ("ours.csv", "words,means,price\na,b,1\n", "ours.csv:1: unknown column 'price'."),
        ("ours.csv", 'words,means\n"a,b\n', "ours.csv:2: unexpected end of data."),
        ("ours.yaml", "words: [", "ours.yaml:1: this is no YAML."),
        ("ours.yaml", "words: x", "ours.yaml: this is no list."),
        ("ours.yaml", "- words: x\n- price: 1\n", "ours.yaml:2: not a row."),
    ],
)
def test_files_that_are_none(name: str, text: str, what: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_words(text, name, products)
    assert caught.value.message == what
    assert caught.value.remedy


@given(st.text(max_size=200), st.sampled_from(["x.csv", "x.yaml", "x.json"]))
def test_no_text_breaks_the_reading(text: str, name: str) -> None:
    with suppress(CabasError):
        words_of({name: text}, "x", products, "fr", NOW)


ENTRIES = [
    {"id": "en:courgettes", "fr": ["Courgettes", "schmurtz"], "en": ["Courgettes", "zorglet"]},
    {"id": "en:artisan", "fr": ["Produits artisanaux"], "en": ["Artisan products"]},
    {"id": "en:both", "fr": ["carotte", "panais", "zorglub"]},
    {"id": "en:other", "fr": ["jus de pomme", "cidre doux de courgette"], "en": ["nothing known"]},
]


def test_a_taxonomy_teaches_what_is_beyond_doubt() -> None:
    found = harvest(read_entries("\n".join(json.dumps(one) for one in ENTRIES), "categories.jsonl"))
    assert found.words == [
        Word("zorglet", "en", "courgette", own=False, like="courgettes"),
        Word("schmurtz", "fr", "courgette", own=False, like="courgettes"),
    ]
    assert dict(found.skipped) == {
        "belongs to no family": 1,
        "belongs to several families": 1,
        "known in another language only": 1,
        "known already": 3,
        "holds the name of another family": 1,
    }
    assert found.examples["belongs to several families"] == ["carotte"]


def test_a_taxonomy_as_it_is_published() -> None:
    whole = {
        "en:courgettes": {
            "name": {"fr": "Courgettes", "en": "Courgettes", "de": "Zucchini"},
            "synonyms": {"fr": ["Courgettes", "schmurtz"], "en": ["Courgettes", "zorglet"]},
            "parents": ["en:vegetables"],
        }
    }
    lines = json.dumps(ENTRIES[0])
    published = harvest(read_entries(json.dumps(whole, indent=1), "categories.json")).words
    assert published == harvest(read_entries(lines, "categories.jsonl")).words


def test_words_two_things_claim_are_left_alone() -> None:
    rows = [{"id": "a", "fr": ["courgette", "schmurtz"]}, {"id": "b", "fr": ["carotte", "schmurtz"]}]
    found = harvest(read_entries("\n".join(json.dumps(row) for row in rows), "categories.jsonl"))
    assert found.words == []
    assert found.skipped["claimed for several families"] == 2


def test_packs_know_what_they_are() -> None:
    text = json.dumps(ENTRIES[0])
    taught = words_of({"categories.jsonl": text, "labels.jsonl": text}, "off", products, "fr", NOW)
    assert (taught.pack.kind, taught.pack.words) == (OPEN, 2)
    own = words_of({"ours.csv": "words,means\nschmurtz,courgette\n"}, "ours", products, "fr", NOW)
    assert (own.pack.kind, own.pack.words) == (OWN, 1)
    with pytest.raises(InvalidInput, match="not both"):
        words_of({"a.csv": "words,means\n", "categories.json": "{}"}, "x", products, "fr", NOW)
    with pytest.raises(InvalidInput, match="teaches nothing"):
        words_of({"labels.jsonl": text}, "x", products, "fr", NOW)
    with pytest.raises(InvalidInput, match=r"categories.jsonl:2: this is no entry"):
        words_of({"categories.jsonl": '{"id": "a"}\n{"fr": 1}\n'}, "x", products, "fr", NOW)


def test_taught_words_in_searches_and_recipes() -> None:
    taught = Taught.of(
        Knowledge(1, (Word("schmurtz", "fr", "courgette"), Word("zorg", "fr", "carrot", own=False))), "fr"
    )
    assert taught_query(Query("schmurtz", "fr"), taught) == Query("schmurtz", "fr", ("courgette",), named="schmurtz")
    assert taught_query(Query("zorg", "fr", ("leek",)), taught) == Query("zorg", "fr", ("leek",))
    assert taught_query(Query("schmurtz", "fr"), None) == Query("schmurtz", "fr")
    (need,) = taught_needs([Need("schmurtz", "fr")], taught)
    assert (need.words, need.family) == ("courgette", "courgette")
    assert taught_needs([Need("sel", "fr", family="salt")], taught) == [Need("sel", "fr", family="salt")]


def a_failure(words: str, why: str = "no_product", **more: str) -> Failure:
    return replace(Failure("f", "lyon", NOW, "fr", "house", "voice", why, f"du {words}", words), **more)


def test_what_the_shopper_took_instead_is_proposed_first() -> None:
    failures = [a_failure("schmurtz", "replaced", instead="C-1"), a_failure("schmurtz")]
    (one,) = propose(failures, Knowledge(), Shelves(), NOW)
    assert (one.words, one.family, one.score, one.seen) == ("schmurtz", "courgette", 75, 2)
    assert one.reasons == ("shoppers took courgette instead (1 times)",)
    assert propose(failures, Knowledge(), Shelves(), NOW, least=3) == []


def test_misspelled_words_are_proposed_for_what_they_look_like() -> None:
    found = propose([a_failure("corguettes")], Knowledge(), Shelves(), NOW)
    assert found[0].family == "courgette"
    assert found[0].reasons[0] == "is spelled like courgette"
    assert 0 < found[0].score <= 100


def test_what_was_taught_already_is_not_proposed() -> None:
    failures = [a_failure("schmurtz", "replaced", instead="C-1")]
    assert propose(failures, Knowledge(1, (Word("schmurtz", "fr", "carrot"),)), Shelves(), NOW) == []


def test_failures_without_words_teach_nothing_but_count() -> None:
    silent = replace(a_failure("schmurtz"), said=None, words=None)
    assert propose([silent], Knowledge(), Shelves(), NOW) == []
    one, other = groups([silent, a_failure("schmurtz"), a_failure("le schmurtz", instead="C-1")])
    assert (one.words, one.count, one.unheard, one.instead) == ("schmurtz", 2, 0, ("C-1",))
    assert one.examples == ("du schmurtz", "du le schmurtz")
    assert (other.words, other.count, other.unheard, other.examples) == (None, 1, 1, ())
