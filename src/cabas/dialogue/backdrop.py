"""What is told before, between and behind the goods: "the cupboard's bare, so two loaves", "... I'm off to bed".

A clause that tells has somebody or something and a verb, and does not ask ("we're painting the shed", "the boiler's
gone"). Nothing in it is goods, however it is called. What says that the goods follow from it ("so", "hence") is a mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cabas.dialogue.lexicon import BRAND, DISH, FAMILY
from cabas.dialogue.remarks import asks, teller
from cabas.dialogue.sight import Sight, Tools
from cabas.dialogue.tokens import Token, stem

# What follows from what was told before stands behind this mark, as behind a colon.
HENCE = ":"
# Who or what is spoken of takes no more words ("the chap next door").
WHO_TOKENS_MAX = 4
# An opener is no longer, and no clause that tells is looked at further.
OPENER_TOKENS_MAX, TOLD_TOKENS_MAX = 12, 24
# A kind word ("very well") is no longer, and tells nothing.
NOTE_TOKENS_MAX = 2


def parted(tokens: Sequence[Token], tools: Tools) -> list[Token]:
    """The tokens with a mark for each "so" that goods follow from, without names the shop is called by between marks
    ("two leeks, my dear, and ...") and without "three things:" before the things themselves.
    """
    kept: list[Token] = []
    index, size = 0, len(tokens)
    while index < size:
        after = tools.words.at("calls", tokens, index)
        if after is not None and (not kept or kept[-1].is_mark) and (after >= size or tokens[after].is_mark):
            index = after + 1 if kept and after < size and tokens[after].folded == "," else after
            continue
        after = tools.words.at("things", tokens, index)
        if after is not None and after + 1 < size and tokens[after].folded in (",", HENCE) and _may_follow(kept, tools):
            index = after + 1
            continue
        after = tools.words.at("hence", tokens, index)
        if after is not None and _follows(tokens, index, after, tools):
            if kept and kept[-1].folded == ",":
                kept.pop()
            kept.append(replace(tokens[index], folded=HENCE, kind="mark"))
            index = after
            continue
        kept.append(tokens[index])
        index += 1
    return kept


def _may_follow(kept: Sequence[Token], tools: Tools) -> bool:
    """Whether a verb that goods follow was said last: "take out (three things:) ...", "mets-moi ..."."""
    last = [token.folded for token in kept[-2:]]
    if len(last) > 1 and last[-1] in tools.grammar.macro("me"):
        last.pop()
    if not last or any(last[-1] in tools.grammar.macro(name) for name in ("put", "drop")):
        return bool(last)
    begin = max((place + 1 for place, token in enumerate(kept) if token.is_mark), default=0)
    opened = tools.grammar.sections["openers"].longest(tools.grammar.text(kept[begin:]), 0, OPENER_TOKENS_MAX)
    return opened is not None and begin + opened.end == len(kept)


def _follows(tokens: Sequence[Token], index: int, after: int, tools: Tools) -> bool:
    """Whether goods begin behind "so", and something was told before it: "or so", "not so" are none."""
    if after < len(tokens) and tokens[after].folded == ",":
        after += 1
    if index < 2 or after >= len(tokens) or tokens[index - 1].folded in tools.words.small:
        return False
    if tools.words.at("likewise", tokens, index) is not None:  # "ham can go, and so can the leeks"
        return False
    if _points_back(tokens, after, tools):  # "I love skyr, so two pots of it": the goods stand before it
        return False
    if _is_note(tokens[:index], tools):  # "fine, so a small one"
        return False
    begins = any(tools.words.at(section, tokens, after) for section in ("determiners", "vague", "fillers"))
    cue = tools.grammar.cues.at(tokens, after) is not None or tokens[after].folded in tools.grammar.macro("put")
    if begins or cue or tools.measures.at(tokens, after):
        return True
    word = tokens[after].folded
    talk = word in tools.words.small or stem(word, tools.lang) in tools.words.everyday
    if any(one.kind == FAMILY and one.words > 1 for one in tools.lexicon.at(tokens, after, tools.lang)):
        return True  # "... so instant coffee"
    return (
        not talk and tools.words.at("looks", tokens, after) is None and tools.words.at("common", tokens, after) is None
    )


def _is_note(tokens: Sequence[Token], tools: Tools) -> bool:
    """Whether all that was said is a kind word."""
    said = [one for one in tokens if not one.is_mark]
    notes = tools.grammar.sections["notes"]
    return len(said) <= NOTE_TOKENS_MAX and next(notes.fits(tools.grammar.text(said)), None) is not None


def _points_back(tokens: Sequence[Token], place: int, tools: Tools) -> bool:
    """Whether an amount of what was named before stands here: "two of those"."""
    for one in tools.measures.at(tokens, place):
        glue = tools.measures.of.at(tokens, one.end)
        if not one.implied and glue is not None and tools.words.at("pronouns", tokens, glue[1]) is not None:
            return True
    return False


def is_hence(sight: Sight, place: int) -> bool:
    """Whether the mark at `place` is a "so"."""
    return sight.tokens[place].folded == HENCE and sight.tokens[place].text != HENCE


def told_end(sight: Sight, start: int, end: int) -> int | None:
    """The index after the clause that tells and begins at `start`: at the next mark, or before "and" with something
    counted. None where none begins.
    """
    if start >= end or not _speaks(sight, start, end):
        return None
    place = start
    while place < end and not sight.is_mark(place) and place - start < TOLD_TOKENS_MAX:
        after = sight.said("and", place)
        if place > start and after is not None and after < end and _begun(sight, after, end):
            break
        if place > start + 1 and not sight.written and _goods(sight, place, end) and not _does(sight, place - 1):
            break
        place += 1
    hence = place < len(sight.tokens) and is_hence(sight, place)
    if place < len(sight.tokens) and sight.tokens[place].folded == "?":
        return None
    if not hence and any(asks(sight, at) for at in range(start, place)):
        return None
    return None if opens(sight, start) else place


def sets_scene(sight: Sight, start: int, stop: int) -> bool:
    """Whether what stands before the mark at `stop` only tells why the goods behind it are wanted: "half term again:
    ham and eggs".
    """
    if not sight.words.tells or opens(sight, start):
        return False
    if any(_goods(sight, place, stop) for place in range(start, stop)):
        return is_hence(sight, stop) and _speaks(sight, start, stop)
    return _speaks(sight, start, stop) or any(_is_talk(sight, place, stop) for place in range(start, stop))


def breaks_off(sight: Sight, place: int, end: int) -> bool:
    """Whether goods were just named before `place` and something is told from there on: "... peas my back hurts"."""
    if place < 1 or sight.is_small(place - 1) or sight.said("relays", place - 1) == place:
        return False
    first = sight.said("because", place) or place
    whom = sight.tools.grammar.phrases("kin").at(sight.tokens, first) if sight.words.tells else None
    if whom is None and not any(sight.said(section, first) for section in ("subjects", "determiners")):
        return False
    first = max(0, place - WHO_TOKENS_MAX)
    named = any(
        match.end == place and match.kind in (FAMILY, BRAND) for at in range(first, place) for match in sight.names(at)
    )
    counted = any(
        one.end == place and one.unit is not None for at in range(first, place) for one in sight.amounts(at, place)
    )
    loose = named or counted or sight.said("looks", place - 1) == place
    inside = any((found := sight.detail(at, end)) is not None and found.end > place for at in range(first, place + 1))
    return loose and not inside and told_end(sight, place, end) is not None


def _speaks(sight: Sight, start: int, end: int) -> bool:
    """Whether somebody or something and a verb stand here: "we ate", "my sister's", "the oven is", "Gran's got"."""
    start = sight.said("because", start) or start
    if start >= end or not sight.words.tells or sight.said("questions", start) is not None:
        return False
    if _own(sight, start, end) or sight.name(start, end, BRAND) is not None:
        return False
    after = sight.said("subjects", start)
    if after is not None:
        return after < end and not sight.is_mark(after)
    return teller(sight, start, end) is not None or _kin_speaks(sight, start, end) or _is_said_of(sight, start, end)


def _own(sight: Sight, place: int, end: int) -> bool:
    """Whether the name of goods begins here that is one in the language spoken."""
    match = sight.name(place, end, FAMILY)
    return match is not None and match.lang in (None, "", sight.lang)


def _kin_speaks(sight: Sight, start: int, end: int) -> bool:
    """Whether people are named, and a verb behind them: "hubby ate", "my Greek neighbour taught me"."""
    kin = sight.tools.grammar.phrases("kin")
    for place in range(start, min(end - 1, start + WHO_TOKENS_MAX)):
        found = kin.at(sight.tokens, place)
        if found is None or found[1] >= end:
            continue
        whole = any(match.end > found[1] for at in range(start, found[1]) for match in sight.names(at))
        verb = sight.is_everyday(found[1]) or sight.said("clausal", found[1]) or sight.said("clitics", found[1])
        return not whole and bool(verb) and not _own(sight, found[1], end)
    return False


def _is_said_of(sight: Sight, start: int, end: int) -> bool:
    """Whether something is, has or does something: "the larder's bare", "Gran's got a cold"."""
    for place in range(start + 1, min(end - 1, start + WHO_TOKENS_MAX + 1)):
        if sight.is_mark(place) or sight.said("and", place) is not None or sight.amounts(place - 1, place):
            return False
        if sight.said("clitics", place) is None:
            continue
        whole = any(match.end > place for at in range(start, place) for match in sight.names(at))
        spoken = sight.is_everyday(place + 1) or sight.is_small(place + 1) or sight.said("determiners", place + 1)
        spoken = spoken or (sight.said("definite", start) and _ends_at(sight, place + 2, end))  # "the sink's clogged"
        return not whole and bool(spoken) and not _own(sight, place + 1, end)
    return False


def _ends_at(sight: Sight, place: int, end: int) -> bool:
    return place >= end or sight.is_mark(place)


def _does(sight: Sight, place: int) -> bool:
    """Whether the word is a verb that what follows belongs to: "we had two pizzas"."""
    return sight.is_small(place) or sight.tokens[place].folded in sight.words.verbs


def opens(sight: Sight, start: int) -> bool:
    """Whether a wish begins here; "movie night" is only what it is for."""
    found = sight.tools.grammar.sections["openers"].longest(sight.text, start, OPENER_TOKENS_MAX)
    return found is not None and found.kind != "occasion"


def _is_talk(sight: Sight, place: int, end: int) -> bool:
    """Whether a word of every day that names nothing stands here."""
    talk = sight.is_everyday(place) or sight.said("clausal", place) is not None
    return talk and sight.name(place, end, FAMILY) is None


def _begun(sight: Sight, place: int, end: int) -> bool:
    return sight.said("determiners", place) is not None or bool(sight.amounts(place, end))


def _goods(sight: Sight, place: int, end: int) -> bool:
    """Whether counted goods begin here."""
    for one in sight.amounts(place, end):
        glue = sight.tools.measures.of.at(sight.tokens, one.end)
        if not one.implied and sight.name(glue[1] if glue else one.end, end, FAMILY, BRAND) is not None:
            return True
    return False


def only_for(sight: Sight, start: int, place: int) -> bool:
    """Whether all that stands before the mark at `place` is what things are for: "pour les gaufres", "for my stew"."""
    after = sight.said("purpose", start)
    if after is None or after >= place:
        return False
    first = sight.said("determiners", after) or after
    whole = sight.name(first, place, FAMILY, DISH)
    return whole is not None and whole.end == place


def topic(sight: Sight, start: int, place: int, end: int) -> bool:
    """Whether all that stands before the mark at `place` is the shelf that the goods behind it stand on: "côté
    fruits, des poires", "from the bakery, two rolls". Of "côté lait, deux litres" the milk is meant.
    """
    after = sight.said("topics", start)
    if after is None or place >= end:
        return False
    first = sight.said("determiners", after) or after
    last = next((at for at in range(first, place) if sight.said("shelves", at) == place), place)
    if first >= last:
        return False
    if sight.tools.lexicon.department(sight.spell(first, last)) is not None:
        return True
    whole = sight.name(first, last, FAMILY)
    if whole is None or whole.end != last:
        return False
    return any(sight.name(at, end, FAMILY, BRAND) is not None for at in range(place + 1, end))


def names_another(sight: Sight, place: int, end: int) -> bool:
    """Whether a thing begins here, behind an article or an amount or bare: "pour la tarte, six pommes", but not "...,
    mets-en six".
    """
    begins = [place, *(one.end for one in sight.amounts(place, end))]
    begins += [after for after in (sight.said("determiners", place), sight.joint(place)) if after is not None]
    for first in begins:
        glue = sight.tools.measures.of.at(sight.tokens, first)
        if sight.name(glue[1] if glue else first, end, FAMILY, BRAND) is not None:
            return True
    return False
