"""An utterance made ready for reading: fillers taken out, misheard and misspelled words put right.

Only words that nothing explains are touched, and only where a known name comes out: "une conserve de ton" is tuna,
"ton panier" is not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from cabas.dialogue.clock import time_words
from cabas.dialogue.grammar import grammar_of
from cabas.dialogue.lexicon import BRAND, FAMILY, LABEL, RESTRICTED, shared_ear
from cabas.dialogue.meant import as_meant, flavors_first
from cabas.dialogue.misheard import misheard_numbers
from cabas.dialogue.numbers import numbers_of
from cabas.dialogue.plain_words import common_words, is_plain
from cabas.dialogue.sight import Tools
from cabas.dialogue.signs import unmarked
from cabas.dialogue.tokens import Token, is_proper, stem, tokenize
from cabas.dialogue.torn import torn
from cabas.dialogue.trie import Match
from cabas.kernel.text import fold

# Two words of every day are the halves of a name that is at least so long.
JOINED_LEAST = 6
# The halves of one that is misspelled too are together at least so long when one of them means something.
RESPELLED_LEAST = 8
# A name met with this score was written as it is.
SURE = 0.98
# Unexplained words looked at in one utterance.
REREAD_MAX = 12
APOSTROPHES = frozenset("'’")
CLAUSE_LEAST, WONDER_TOKENS_MAX = 3, 6  # so many words has "if you've got", and what asks for it ("can you tell me")
_NAMES = (FAMILY, BRAND, LABEL, RESTRICTED)
_SAFE = (FAMILY, BRAND, LABEL)


def tidy(
    tokens: Sequence[Token], tools: Tools, knows: Callable[[str], bool]
) -> tuple[tuple[Token, ...], dict[int, list[Match]]]:
    """The tokens to be read, without marks at either end, and the names met in them on the way, by place."""
    meant = flavors_first(as_meant(_buts(tokens, tools), tools), tools)
    kept = _made_for(_without_fillers(misheard_numbers(meant, tools), tools), tools)
    names: dict[int, list[Match]] = {}
    return tuple(_reread(list(unmarked(kept)), tools, knows, names)), names


def _buts(tokens: Sequence[Token], tools: Tools) -> list[Token]:
    """ "Mais" without its dots is "but" unless an article or "de" stands before it: as good as a comma."""
    kept = list(tokens)
    for index, token in enumerate(tokens):
        if tools.words.at("but", tokens, index) != index + 1 or not token.text.isascii():
            continue
        if index == 0:
            begins = tools.words.at("determiners", tokens, 1) or tools.words.at("refusing", tokens, 1)
            if begins or tools.measures.at(tokens, 1):
                kept[index] = replace(token, folded=",", kind="mark")
            continue
        before = tokens[index - 1]
        counted = any(one.end == index for one in tools.measures.at(tokens, index - 1)) or before.kind == "number"
        if (
            not counted
            and tools.words.at("determiners", tokens, index - 1) != index
            and before.folded not in tools.words.joints
        ):
            kept[index] = replace(token, folded=",", kind="mark")
    doubled = {index for index in range(len(kept) - 1) if kept[index].folded == kept[index + 1].folded == ","}
    return [token for index, token in enumerate(kept) if index not in doubled]


def _without_fillers(tokens: Sequence[Token], tools: Tools) -> list[Token]:
    kept: list[Token] = []
    index = 0
    while index < len(tokens):
        after = tools.words.at("fillers", tokens, index) or tools.words.at("sayings", tokens, index)
        if after is not None and not (_named(tokens, index, after, tools) or _asked(tokens, index, after, tools)):
            index = after
            continue
        if not tokens[index].is_mark or tokens[index].folded not in APOSTROPHES:  # "the kids' tea"
            kept.append(tokens[index])
        index += 1
    return _without_closers(kept, tools)


def _asked(tokens: Sequence[Token], index: int, after: int, tools: Tools) -> bool:
    """Whether it is what somebody wants to know: "can you tell me if you've got fennel"."""
    if after - index < CLAUSE_LEAST or after >= len(tokens) or tokens[after].is_mark:
        return False
    starts, wonder = range(max(0, index - WONDER_TOKENS_MAX), index), tools.grammar.phrases("wonder")
    return any((found := wonder.at(tokens, start)) is not None and found[1] == index for start in starts)


def _without_closers(tokens: list[Token], tools: Tools) -> list[Token]:
    """Without what is only said at the end: "some jam would you"."""
    end = len(tokens)
    while end > 1:
        last = [place for place in range(1, end) if tools.words.at("closers", tokens[:end], place) == end]
        if tokens[end - 1].is_mark:
            end -= 1
        elif last and tokens[last[0] - 1].folded not in ".!?;:…" and _is_said(tokens[: last[0]], tools):
            end = last[0]
        else:
            break
    return tokens[:end]


def _is_said(tokens: Sequence[Token], tools: Tools) -> bool:
    """Whether something is named before the end."""
    return any(
        match.kind in _NAMES for place in range(len(tokens)) for match in tools.lexicon.at(tokens, place, tools.lang)
    )


def _named(tokens: Sequence[Token], index: int, after: int, tools: Tools) -> bool:
    """Whether the words of a filler are the beginning of a name that is longer, or the end of "or so"."""
    loose = tools.measures.or_so.at(tokens, index - 1) if index else None
    if loose is not None and loose[1] == after:
        return True
    # "ok a" is no Oka: a name that is only put together of the filler and what follows it is not said
    return any(match.end > after and match.score >= SURE for match in tools.lexicon.at(tokens, index, tools.lang))


def _made_for(tokens: list[Token], tools: Tools) -> list[Token]:
    """ "Litière pour mon lapin" without "mon": that is how the thing is called."""
    kept: list[Token] = []
    index = 0
    while index < len(tokens):
        kept.append(tokens[index])
        index += 1
        if tools.words.at("purpose", tokens, index - 1) != index:
            continue
        after = tools.words.at("determiners", tokens, index)
        if after is not None and tools.words.at("made_for", tokens, after) is not None:
            index = after
    return kept


def _reread(
    tokens: list[Token], tools: Tools, knows: Callable[[str], bool], names: dict[int, list[Match]]
) -> list[Token]:
    """Words nothing explains, read again by sound, then by spelling. `names` takes those of the result."""
    covered = _covered(tokens, tools, names)
    looked = 0
    index = 0
    while index < len(tokens):
        token = tokens[index]
        place = tools.words.origins.at(tokens, index)  # "Spain" is no stain
        apart = _apart(tokens, index, names, tools) or _torn(tokens, index, names, covered, tools)
        if apart is None and (not token.folded.isalpha() or index in covered or place is not None):
            index += 1
            continue
        looked += apart is None
        if looked > REREAD_MAX:
            break
        if apart is not None:
            found: tuple[int, tuple[Token, ...]] | None = apart
        elif _counts(tokens, index, tools):
            found = _several(tokens, index, covered, tools)  # "cent gluten"
        else:
            found = _joined(tokens, index, covered, tools) or _by_sound(tokens, index, covered, tools)
            found = found or _by_spelling(tokens, index, tools, knows)
        if found is not None:
            end, words = found
            fresh = [replace(word, start=token.start, end=tokens[end - 1].end) for word in words]
            fresh[0] = replace(fresh[0], lead=token.lead)
            tokens[index:end] = fresh
            covered = _covered(tokens, tools, names)
            index += len(fresh)
            continue
        index += 1
    return tokens


def _apart(
    tokens: Sequence[Token], index: int, names: dict[int, list[Match]], tools: Tools
) -> tuple[int, tuple[Token, ...]] | None:  # fmt: skip
    """The first word of a name that was written as two ("blue berries", "tooth paste"): products are called as one. A
    word that ties names together is no half of one ("maïs en grains").
    """
    if tokens[index].folded in tools.words.joints or tools.words.at("tails", tokens, index + 1) is not None:
        return None  # "jam ones" are no ham
    if all(half.folded in tools.words.small for half in tokens[index : index + 2]):
        return None  # "il ne me reste": no nems
    spaced = [match for match in names.get(index, ()) if match.kind == FAMILY and match.end > index + 1]
    if not spaced or any(match.score >= SURE for match in spaced) or tokens[index + 1].kind != "word":
        return None
    whole = tokenize(tokens[index].text + tokens[index + 1].text)
    swapped = (*whole, *tokens[index + 2 : spaced[0].end])
    names_it = (match for match in tools.lexicon.at(swapped, 0, tools.lang) if match.kind == FAMILY)
    known = any(match.id == spaced[0].id and match.score >= SURE for match in names_it)
    return (index + 2, whole) if known and len(whole) == 1 else None


def _counts(tokens: Sequence[Token], index: int, tools: Tools) -> bool:
    """Whether a unit or a number stands here."""
    return tools.measures.unit(tokens, index) is not None or numbers_of(tools.lang).at(tokens, index) is not None


def _covered(tokens: Sequence[Token], tools: Tools, names: dict[int, list[Match]]) -> set[int]:
    """The places of words that are explained: names, amounts, words of the grammar. `names` are noted on the way."""
    covered: set[int] = set()
    names.clear()
    for index, token in enumerate(tokens):
        if token.kind != "word":
            covered.add(index)
            continue
        number = numbers_of(tools.lang).at(tokens, index)
        if number is not None and not number.article:  # "quatre-vingts" is no wine
            covered.update(range(index, number.end))
        names[index] = tools.lexicon.at(tokens, index, tools.lang)
        for match in names[index]:
            if match.kind in _NAMES and not (match.words == 1 and match.end - index == 1 and is_plain(token, tools)):
                covered.update(range(index, match.end))
                break
    return covered


def _several(
    tokens: Sequence[Token], index: int, covered: set[int], tools: Tools
) -> tuple[int, tuple[Token, ...]] | None:  # fmt: skip
    """A name that several words sound like, none of which is explained otherwise."""
    heard = (*tools.lexicon.heard(tokens, index), *shared_ear(tools.lang).heard(tokens, index))
    whole = [(end, name) for name, end in heard if end > index + 1 and not covered.issuperset(range(index + 1, end))]
    whole = [one for one in whole if not all(is_plain(word, tools) for word in tokens[index : one[0]])]  # "faites à"
    if tools.lexicon.knows_word(tokens[index].folded, tools.lang):  # "rouge et" is no "rouget"
        whole = [one for one in whole if tools.words.at("and", tokens, one[0] - 1) != one[0]]
    return (max(whole)[0], tokenize(max(whole)[1])) if whole else None


def _joined(
    tokens: Sequence[Token], index: int, covered: set[int], tools: Tools
) -> tuple[int, tuple[Token, ...]] | None:  # fmt: skip
    """The name that two words are the halves of: "lar dons", "tooth paste". Words that mean something else are where
    they are long together ("shall lots" for shallots).
    """
    after = index + 1
    if after >= len(tokens) or tokens[after].kind != "word":
        return None
    halves = tokens[index].text, tokens[after].text
    plain = is_plain(tokens[after], tools) or is_plain(tokens[index], tools)
    small = {token.folded for token in tokens[index : after + 1]} & tools.words.small
    long = len("".join(halves)) >= JOINED_LEAST
    strange = long and _is_strange(tokens[index], tools)  # "sauci son" is no bran
    if not strange and ((plain and (small or not long)) or (after in covered and not plain)):
        return None
    for said in ("".join(halves), halves[0][:-1] + halves[1]) if halves[0][-1] == halves[1][0] else ("".join(halves),):
        whole = tokenize(said)
        names = tools.lexicon.at(whole, 0, tools.lang) if len(whole) == 1 else []
        if any(match.kind == FAMILY and match.end == 1 and match.lang == tools.lang for match in names):
            return after + 1, whole
    sure = strange and (len("".join(halves)) >= RESPELLED_LEAST or _is_strange(tokens[after], tools))
    near = shared_ear(tools.lang).respelled(fold("".join(halves))) if sure else None  # "moza rella"
    return (after + 1, tokenize(near)) if near is not None else None


def _torn(
    tokens: Sequence[Token], index: int, names: dict[int, list[Match]], covered: set[int], tools: Tools
) -> tuple[int, tuple[Token, ...]] | None:  # fmt: skip
    """The name that several words are the parts of ("crew tons"), none of which names anything itself, where a name
    should come: counted, or in a list and with a word among them that the language does not know.
    """
    near = torn(tokens, index, tools, lambda place: _names_itself(tokens, place, names, tools))
    if near is None:
        return None
    plain = any(is_plain(token, tools) for token in tokens[index : near[0]])  # "packs of my usual cookies"
    if not plain and _expected(tokens, index, tools, counted=True):
        return near
    listed = index == 0 or tokens[index - 1].is_mark or index - 1 in covered
    listed = listed or tools.words.at("and", tokens, index - 1) == index
    strange = any(_is_strange(token, tools) for token in tokens[index : near[0]])
    strange = strange and len("".join(token.folded for token in near[1])) >= JOINED_LEAST
    return near if strange and (listed or _expected(tokens, index, tools, counted=False)) else None


def _names_itself(tokens: Sequence[Token], place: int, names: dict[int, list[Match]], tools: Tools) -> bool:
    """Whether a name of the language, or a number, begins at `place`."""
    own = any(match.kind in _NAMES and match.lang in ("", None, tools.lang) for match in names.get(place, ()))
    number = numbers_of(tools.lang).at(tokens, place)
    return own or (number is not None and not number.article)


def _is_strange(token: Token, tools: Tools) -> bool:
    """Whether a word is one that the language does not know."""
    known = tools.lexicon.knows_word(token.folded, tools.lang)
    return not known and not is_plain(token, tools) and token.folded not in common_words(tools.lang)


def _by_sound(
    tokens: Sequence[Token], index: int, covered: set[int], tools: Tools
) -> tuple[int, tuple[Token, ...]] | None:  # fmt: skip
    """The name the words from `index` on sound like. A word that means something else needs an amount before it."""
    plain = is_plain(tokens[index], tools) or tokens[index].folded in common_words(tools.lang)
    several = _several(tokens, index, covered, tools)  # "des qui rit", "lait sent lactose"
    if several is not None and (_expected(tokens, index, tools, counted=False) or _is_label(several[1], tools)):
        return several
    if several is not None and _is_brand(several[1], tools) and _thing_ends(tokens, index, tools):
        return several  # "des petits pois bon duel"
    if plain and not _expected(tokens, index, tools, counted=True):
        return None
    if (
        not plain
        and tools.lexicon.knows_word(tokens[index].folded)
        and not _expected(tokens, index, tools, counted=False)
    ):
        return None
    ear = shared_ear(tools.lang)
    heard = [name for name, end in (*tools.lexicon.heard(tokens, index), *ear.heard(tokens, index)) if end == index + 1]
    named: list[tuple[bool, bool, str]] = []
    for word in (*heard, *ear.homophones(tokens[index].folded)):
        swapped = (*tokens[:index], *tokenize(word), *tokens[index + 1 :])
        kinds = {match.kind for match in tools.lexicon.at(swapped, index, tools.lang)}
        if not kinds.isdisjoint(_SAFE):  # nobody is refused something over a word that was not said
            other = word[-1] != tokens[index].folded[-1]  # "leaks" are several
            named.append((FAMILY not in kinds, other, word))  # rather a thing than a brand
    return (index + 1, tokenize(min(named, key=lambda one: one[:2])[2])) if named else None


def _is_label(words: tuple[Token, ...], tools: Tools) -> bool:
    """Whether several words are a label ("sans lactose"), which stands behind a name and not behind an article."""
    return any(match.kind == LABEL and match.end == len(words) for match in tools.lexicon.at(words, 0, tools.lang))


def _thing_ends(tokens: Sequence[Token], index: int, tools: Tools) -> bool:
    """Whether the name of a thing ends right before `index`."""
    starts = range(max(0, index - 3), index)
    found = (match for start in starts for match in tools.lexicon.at(tokens, start, tools.lang))
    return any(match.kind == FAMILY and match.end == index and match.lang == tools.lang for match in found)


def _is_brand(words: tuple[Token, ...], tools: Tools) -> bool:
    """Whether the words are a brand, which may stand right behind the name of a thing."""
    return any(match.kind == BRAND and match.end == len(words) for match in tools.lexicon.at(words, 0, tools.lang))


def _expected(tokens: Sequence[Token], index: int, tools: Tools, *, counted: bool) -> bool:
    """Whether a name should come here: after an amount and "of"; unless `counted`, after any amount or article."""
    ends = (set() if counted else {index}) | {
        start for start in (index - 1, index - 2) if start > 0 and _glue(tokens, start, tools) == index
    }
    for end in ends:
        for start in range(max(0, end - 5), end):
            if any(one.end == end and not one.article and not one.implied for one in tools.measures.at(tokens, start)):
                return True
    if counted:
        return False
    return any(tools.words.at("determiners", tokens, start) == index for start in range(max(0, index - 3), index))


def _glue(tokens: Sequence[Token], start: int, tools: Tools) -> int | None:
    found = tools.measures.of.at(tokens, start)
    return found[1] if found else None


def _by_spelling(
    tokens: Sequence[Token], index: int, tools: Tools, knows: Callable[[str], bool]
) -> tuple[int, tuple[Token, ...]] | None:  # fmt: skip
    """The known word an unknown one is a letter away from."""
    token = tokens[index]
    word = token.folded
    if is_plain(token, tools) or word in common_words(tools.lang) or _means_time(tokens, index, tools):
        return None
    if _of_talk(tokens, index, tools):
        return None
    if tools.lexicon.knows_word(word) or any(tools.lexicon.knows_word(word, lang) for lang in tools.lexicon.langs):
        return None
    if knows(token.text):
        return None
    near = shared_ear(tools.lang).respelled(word)
    if near is None or near == word or is_proper(tokens, index):
        return None
    swapped = tokenize(near)
    named = {match.kind for match in tools.lexicon.at(swapped, 0, tools.lang) if match.end == len(swapped)}
    return None if named == {RESTRICTED} else (index + 1, swapped)


def _of_talk(tokens: Sequence[Token], index: int, tools: Tools) -> bool:
    """Whether a word is tied to one of every day that no goods come in: "mes devoirs de maths" asks for no beer."""
    if index < 2 or tokens[index - 1].folded not in tools.words.joints:
        return False
    before = tokens[index - 2].folded
    asked = before in grammar_of(tools.lang).words or tools.measures.unit(tokens, index - 2) is not None
    return not asked and stem(before, tools.lang) in tools.words.everyday


def _means_time(tokens: Sequence[Token], index: int, tools: Tools) -> bool:
    words = time_words(tools.lang)
    return (
        words.said("chatter", tokens, index) is not None
        or words.weekdays.at(tokens, index) is not None
        or words.months.at(tokens, index) is not None
        or words.parts.at(tokens, index) is not None
    )
