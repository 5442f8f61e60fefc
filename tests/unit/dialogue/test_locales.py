"""Every folder of `locales` is a whole language, and adding one changes nothing for the others."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

import cabas
from cabas.dialogue import locales
from cabas.dialogue.dishes import dishes
from cabas.dialogue.families import sheets
from cabas.dialogue.labels import labels, restricted
from cabas.dialogue.lexicon import lexicon

PATTERN = "en"
# What a language may do without: names it brings, and what depends on its grammar.
OWN = {"foods", "labels", "dishes", "restricted", "departments", "forms", "verbs"}


def names(lang: str) -> set[str]:
    return {path.name.removesuffix(".yaml") for path in (files(locales.__name__) / lang).iterdir() if path.is_file()}


@pytest.mark.parametrize("lang", locales.languages())
def test_no_sheet_is_missing(lang: str) -> None:
    assert names(PATTERN) - names(lang) - OWN == set()


@pytest.mark.parametrize("lang", locales.languages())
def test_what_two_languages_can_say_every_language_can(lang: str) -> None:
    for section in ("frames", "recipe", "diets", "compares", "answers", "without", "servings"):
        first, second, mine = ({kind for group in locales.read(one, "sentences")[section] for kind in group}
                               for one in ("fr", "en", lang))  # fmt: skip
        assert (first & second) - mine == set(), section


@pytest.mark.parametrize("lang", locales.languages())
@pytest.mark.parametrize(
    ("sheet", "known"), [("foods", sheets()), ("labels", labels()), ("dishes", dishes()), ("restricted", restricted())]
)
def test_names_that_are_brought_are_of_things_there_are(lang: str, sheet: str, known: dict[str, object]) -> None:
    assert set(locales.read(lang, sheet)) - set(known) == set()


@pytest.mark.parametrize("lang", locales.languages())
def test_everything_that_is_refused_can_be_named(lang: str) -> None:
    assert [one.id for one in restricted().values() if not one.names.get(lang)] == []


@pytest.mark.parametrize("lang", locales.languages())
def test_nothing_is_taken_for_yes_or_no(lang: str) -> None:
    """YAML reads a bare `no` as false: it must be quoted."""

    def flags(value: object) -> list[object]:
        if isinstance(value, dict):
            return [flag for pair in value.items() for one in pair for flag in flags(one)]
        if isinstance(value, list):
            return [flag for one in value for flag in flags(one)]
        return [value] if isinstance(value, bool) else []

    for sheet in names(lang):
        assert flags(locales.read(lang, sheet)) == [], sheet


def test_the_first_two_languages_hear_each_other_and_no_other() -> None:
    assert lexicon(lang="fr").langs == ("fr", "en")
    assert lexicon(lang="en").langs == ("en", "fr")


def test_a_language_alone_means_a_locale() -> None:
    assert [locales.full(lang) for lang in ("fr", "en", "fr-BE", "xx")] == ["fr-FR", "en-US", "fr-BE", "xx"]


def test_no_line_of_code_knows_a_language_that_was_added() -> None:
    added = "|".join(lang for lang in locales.languages() if lang not in ("fr", "en"))
    said = re.compile(rf"""["'](?:{added})-[A-Z]{{2}}["']|lang\w*\W+["'](?:{added})["']|["'](?:{added})["']\s*:""")
    root = Path(cabas.__file__).parent
    found = [str(path) for path in root.rglob("*.py") if said.search(path.read_text(encoding="utf-8"))]
    assert not added or found == []
