"""From what a shopper says to acts: the heart of the dialogue. Pure, deterministic, milliseconds.

An utterance is cut into clauses; each is matched against the patterns of the language (`frames`), read as a time and a
way to get the goods (`when`), as a dish (`recipes`), or as things to add (`segment`). Nothing said is an instruction to
the system.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from cabas.dialogue.acts import Act, RecipeAsk, Reference, Understood
from cabas.dialogue.afterthoughts import brought_forward
from cabas.dialogue.again import counts_it, found_later, in_place, more_of_it, narrower, of_focus, points, usual_too
from cabas.dialogue.answers import answer, past_answer, said_once
from cabas.dialogue.asks import of_topic
from cabas.dialogue.backdrop import parted, told_end
from cabas.dialogue.beside import only_day, only_told, passable, split_when
from cabas.dialogue.borders import cuts_a_name
from cabas.dialogue.breakdown import told_apart
from cabas.dialogue.clauses import clause_end
from cabas.dialogue.counted_kinds import KINDS_LEAST, read_kinds
from cabas.dialogue.diets import read_diet
from cabas.dialogue.diners import read_diners, served_anew
from cabas.dialogue.frames import LOST, MOVES, ON_A_DAY, PLAIN, build, on_a_day
from cabas.dialogue.idle import elsewhere, puts_it, reason_for, stands_over, told_of
from cabas.dialogue.item import Item
from cabas.dialogue.numbers import numbers_of
from cabas.dialogue.patterns import closest
from cabas.dialogue.plausible import gathered, not_asked, only_looks, plausible, refining, shared_heads
from cabas.dialogue.recipes import (
    asked_again,
    read_dish,
    read_recipe_before,
    read_recipe_first,
    tells_why,
)
from cabas.dialogue.remarks import reason_end, remark_end
from cabas.dialogue.removals import named_before, stays, withdrawn
from cabas.dialogue.sight import Sight, tools_for
from cabas.dialogue.signs import signed, unmarked
from cabas.dialogue.swaps import compared, renamed
from cabas.dialogue.tidy import tidy
from cabas.dialogue.tokens import spell, tokenize
from cabas.dialogue.turn import Hearing, Turn
from cabas.dialogue.wants import Wish, Wishes
from cabas.dialogue.when import Times, When
from cabas.dialogue.whom import for_whom
from cabas.kernel.text import clean

__all__ = ["Hearing", "is_attack", "understand"]

# What is read of one utterance: a list of some sixty things, a tenth of a second. The rest is not looked at.
TOKENS_MAX = 240
# Clauses longer than this fit no pattern; they are read as lists of things.
PATTERN_TOKENS_MAX = 48
# "Est-ce que vous pourriez nous rajouter encore" and the like take no more words than this.
OPENER_TOKENS_MAX = 12
SMALLTALK = Act("smalltalk")


def understand(text: str, heard: Hearing) -> Understood:
    """What `text` asks for, in the conversation `heard`. Never raises for any text; work is bounded by its tokens."""
    tools = tools_for(heard.locale, heard.lexicon)
    raw = signed(tokenize(text)[:TOKENS_MAX], tools.lang)
    if tools.grammar.sections["attack"].within(tools.grammar.text(tuple(raw))) is not None:
        return Understood(clean(text), tools.lang, (SMALLTALK,))
    said_so = answer(Sight(unmarked(raw), tools, heard.knows), heard)
    if said_so is not None:
        return Understood(clean(text), tools.lang, (said_so,), everywhere=heard.diet)
    tokens, names = tidy(parted(brought_forward(raw, tools), tools), tools, heard.knows)
    sight = Sight(tokens, tools, heard.knows, names)
    turn = Turn(heard, sight, Wishes(tools.lang, tags=list(heard.diet)), Times(sight.tokens, tools.lang, heard.now))
    turn.asking = bool(raw) and raw[-1].folded == "?"
    begins = numbers_of(tools.lang).begin
    turn.counts = sum(token.folded in begins or token.kind == "number" for token in tokens) >= KINDS_LEAST
    turn.wishes.composed, turn.wishes.family_of = turn.composed, heard.lexicon.family_of
    _read(turn)
    acts = said_once(_acts(turn), heard.pending)
    diet = turn.wishes.everywhere
    noted = None if acts or diet == heard.diet else diet
    return Understood(clean(text), tools.lang, acts or (SMALLTALK,), tuple(turn.leftover), diet, noted)


def is_attack(text: str, heard: Hearing) -> bool:
    """Whether `text` tries to give the system orders: nothing in it counts then."""
    tools = tools_for(heard.locale, heard.lexicon)
    said = tools.grammar.text(tuple(signed(tokenize(text)[:TOKENS_MAX], tools.lang)))
    return tools.grammar.sections["attack"].within(said) is not None


def _read(turn: Turn) -> None:
    sight, end = turn.sight, len(turn.sight.tokens)
    place = past_answer(turn)
    while place < end:
        if sight.is_mark(place):
            place += 1
            continue
        after = sight.said("and", place) or sight.said("leads", place)
        cue = sight.tools.grammar.cues.at(sight.tokens, place) if after is not None else None
        none = place == 0 and after is not None and sight.joint(after) and not sight.said("determiners", after)
        timed = after is not None and turn.times.past(place) > after  # "next available slot"
        if (
            after is not None
            and after < end
            and not (none or cue or timed)
            and sight.name(place, end, "family") is None
        ):
            place = after
            continue
        listed = read_kinds(turn, _opened(sight, place, end)[0], end) if turn.counts else None
        start, said = place, len(turn.steps)
        place = listed if listed is not None else _clause(turn, place, end)
        if len(turn.steps) == said and puts_it(sight, place):
            turn.asked = turn.asked or told_of(turn, start, place)
    if turn.pointed is not None and turn.pointed.measured is not None:
        turn.act(*([] if turn.steps else [Act("list_cart")]))  # "I've got six eggs in the basket", and no more
    elif turn.pointed is not None and turn.kept:
        turn.act(Act("remove", target=Reference()))  # "we still have rice", and nothing is said of it
    elif turn.pointed is not None and not turn.told:
        turn.wish([turn.pointed])


def _clause(turn: Turn, start: int, end: int) -> int:
    """Read one clause that starts at `start`. The index after it."""
    sight = turn.sight
    if sight.tokens[start].kind == "url":
        turn.act(Act("recipe", recipe=RecipeAsk(sight.tokens[start].text, url=sight.tokens[start].text)))
        return start + 1
    stop = clause_end(sight, start, end)
    if reason_for(turn, start, stop):
        return stop
    dish = read_dish(turn, start, end)
    if dish is not None:
        turn.act(Act("recipe", recipe=dish.ask(turn)))
        return dish.end
    if (stop < end and read_diners(turn, start, stop)) or served_anew(turn, start, stop):
        return stop
    dish = read_recipe_first(turn, start, stop, end)
    if dish is not None:
        turn.act(Act("recipe", recipe=dish.ask(turn)))
        return dish.end
    url = next((place for place in range(start, stop) if sight.tokens[place].kind == "url"), None)
    if url is not None:
        turn.act(Act("recipe", recipe=RecipeAsk(sight.tokens[url].text, url=sight.tokens[url].text)))
        return stop
    if elsewhere(sight, start, stop):
        turn.leftover.append(spell(sight.tokens[start:stop]))
        return stop
    if (reason := _reason(turn, start, stop)) is not None:
        return reason
    if stop - start <= PATTERN_TOKENS_MAX and _fits(turn, start, stop):
        return stop
    if (over := stands_over(turn, start, stop, end)) is not None:
        return over
    telling = remark_end(sight, start, stop)
    if telling is not None and _opened(sight, start, telling)[0] == start:
        return telling  # "mon fils en raffole": nothing to add
    telling = told_end(sight, start, stop)
    if telling is None or telling - start == end:  # all there is may be a wish
        _groceries(turn, start, stop)
        return stop
    return telling


def _reason(turn: Turn, start: int, end: int) -> int | None:
    """The index after what something is for; "I've a craving for figs" wishes, and a time alone is one to come."""
    if asked_again(turn, start, end) or tells_why(turn, start, end):
        return end
    reason = reason_end(turn.sight, start, end)
    if reason is None or _opened(turn.sight, start, reason)[1]:
        return None
    return reason if not turn.times.hinted(start, reason) or turn.times.read(start, reason).leftover else None


def _fits(turn: Turn, start: int, end: int) -> bool:
    """Read a clause by the patterns. False when it fits none."""
    sight, grammar = turn.sight, turn.sight.tools.grammar
    while end > start and sight.is_mark(end - 1):
        end -= 1
    whole = start == 0 and end == len(sight.tokens)
    clause = sight if whole else Sight(sight.tokens[start:end], sight.tools, sight.knows)
    before = read_recipe_before(turn, start, end)
    if before is not None:
        turn.act(Act("recipe", recipe=before.ask(turn)))
        return True
    size = len(sight.tokens)
    if read_diet(turn, clause, last=end >= size or remark_end(sight, end + 1, size) is not None) or compared(
        turn, clause
    ):
        return True
    inner = Turn(
        turn.heard, clause, turn.wishes, turn.times, turn.steps, asked=turn.asked, pointed=turn.pointed, told=turn.told
    )
    inner.asking = turn.asking
    timed = turn.pointed is not None  # "the sausages, from six to ten" is no time
    for found in closest(grammar.sections["frames"].fits(clause.text), end - start):
        if cuts_a_name(clause, found):
            continue
        if found.kind not in (*PLAIN, *MOVES, *ON_A_DAY) and found.slots and not timed and not counts_it(turn, found):
            timed = True
            if _slot(turn, start, end):
                return True
        if found.kind in ON_A_DAY:
            acts = on_a_day(turn, found, start)
        else:
            acts = [] if found.kind == "left_out" and stays(sight, start, end) else build(inner, found)
        if acts is not None:
            turn.act(*named_before(turn, acts, start))
            turn.asked, turn.pointed = inner.asked or turn.asked, inner.pointed if not acts else None
            turn.kept, turn.told = inner.kept, inner.told
            return True
    if not timed and _slot(turn, start, end):
        return True
    preface = grammar.sections["prefaces"].at(clause.text, 0)
    past = start + preface.end if preface is not None else end
    if past < end and _fits(turn, past + sight.is_mark(past), end):
        return True
    return next(grammar.sections["notes"].fits(clause.text), None) is not None


def _slot(turn: Turn, start: int, end: int) -> bool:
    """A clause about time and method and nothing else."""
    if not turn.times.hinted(start, end):
        return False
    when = turn.times.read(start, end)
    if not (when.timed or when.slot or when.strength) or (when.leftover and not passable(turn, when, start, end)):
        return False
    if only_day(turn, when, start, end):
        return True
    turn.act(slot_act(when))
    return True


def slot_act(when: When) -> Act:
    """A time is a slot; a method alone is only that."""
    timed = when.timed or when.slot or when.impossible
    return Act("choose_slot" if timed else "set_method", slot=when.ask, impossible=when.impossible)


def _groceries(turn: Turn, start: int, end: int) -> None:
    """Read a clause as things to add, with a time or a method beside them."""
    sight = turn.sight
    first, last, when = split_when(sight, turn.times, start, end)
    if when is not None and when.strength <= 1 and any(sight.said("offtopic", place) for place in range(first, last)):
        when = None  # "an alarm at seven": no time to come to the shop
    if when is not None and first > start:
        turn.act(slot_act(when))
    at, left = len(turn.steps), len(turn.leftover)
    begin, asked = _opened(sight, first, last)
    items = turn.items(begin, last)
    items = for_whom(turn, items if asked else not_asked(turn, items, first, last))
    if not _amended(turn, items, asked=asked):
        _add(turn, items, begin, last, asked=asked)
    if (
        when is not None
        and len(turn.leftover) > left
        and not asked
        and when.strength <= 1
        and only_told(sight, when, start)
    ):
        del turn.steps[at - (first > start) : at]
        return  # "je suis fatigué ce soir": nothing is wished for, so no time to come either
    if when is not None and first == start:
        turn.act(slot_act(when))


def _opened(sight: Sight, start: int, end: int) -> tuple[int, bool]:
    """Past "je voudrais", "could you add": where the things begin, and whether anything of the kind was said."""
    found = sight.tools.grammar.sections["openers"].longest(sight.text, start, OPENER_TOKENS_MAX)
    if found is None or found.end > end:
        return start, False
    name = max((match.end for match in sight.names(start) if match.kind == "family"), default=start)
    verb = sight.said("determiners", found.end) or any(not one.implied for one in sight.amounts(found.end, end))
    return (start, False) if name >= found.end and not (name == found.end and verb) else (found.end, True)


def _amended(turn: Turn, items: list[Item], *, asked: bool) -> bool:
    """What only says which one, or how many, of what was spoken of before."""
    heard, focus = turn.heard, turn.focus
    if turn.wishes.made or not items or (focus is None and heard.topic is None):
        return False
    if not any(item.has_food for item in items):
        return of_focus(turn, items)
    those = points(turn, items[0])  # "mets celui de brebis"
    if (asked and not those) or focus is None:
        return False
    if turn.sight.said("and", 0) is not None and items[0].family is not None and not those:
        return False  # "green tea." "And lemons."
    alone = not any(item.has_food for item in items[1:])
    name = narrower(turn, items[0], focus) if alone else None
    known = items[0].family is not None and items[0].family == focus.want.family
    if name is None and (known or items[0].begun or turn.line(items[0]) not in (None, focus)):
        return False
    if (name := name or turn.composed(items[0], focus.want.words)) is None:
        return False
    want = renamed(turn, turn.want(items[0]), name)
    for item in items[1:]:
        want = replace(want, amount=item.amount or want.amount)
    turn.act(Act("replace", wants=(want,)))
    return True


def _add(turn: Turn, items: list[Item], start: int, end: int, *, asked: bool) -> None:
    """Add what can be something to add; the rest is left over."""
    sight = turn.sight
    good: list[Item] = []
    for item in gathered(turn, refining(turn, shared_heads(turn, items))):
        if plausible(turn, item, asked=asked, after=bool(good)):
            good.append(item)
    if turn.heard.pending == "which" and not asked and len(good) == 1 and turn.line(good[0]) is not None:
        turn.act(Act("remove", target=turn.reference(good[0])))
        return
    lost = not good and any(only_looks(sight, item) and (asked or item.begun or item.pronoun) for item in items)
    if lost and turn.focus is None and not turn.wishes.made:
        turn.act(LOST)
    elif not good:
        turn.leftover.append(spell(sight.tokens[start:end]))
    if not good:
        return
    bare = len(good) == 1 and (good[0].measured is None or good[0].measured.implied)
    definite = bare and sight.said("definite", good[0].start) is not None
    if definite and not asked and end < len(sight.tokens) and turn.point(good[0]):
        return
    turn.wish(more_of_it(turn, one) if one.more else one for one in usual_too(turn, good))


def _acts(turn: Turn) -> tuple[Act, ...]:
    """The acts in the order they were said; wishes for the usual are reorders."""
    acts: list[Act] = []
    for step in turn.steps:
        if isinstance(step, Act):
            if not acts or acts[-1] != step:  # "that's it, check out" is one checkout
                acts.append(step)
            continue
        for wish in told_apart(turn, step):
            _put(turn, acts, wish)
    return tuple(found_later(in_place(withdrawn(turn, _left_out(turn, acts)))))


def _left_out(turn: Turn, acts: list[Act]) -> list[Act]:
    """ "My usual order, but drop the wine": what is not in the cart can only be dropped from what was asked for."""
    kept: list[Act] = []
    for act in acts:
        gone = act.target.want if act.kind == "remove" and act.target is not None else None
        whole = bool(kept) and kept[-1].kind == "reorder" and not kept[-1].wants
        if gone is None or not whole or turn.holds(gone):
            kept.append(act)
        else:
            kept[-1] = replace(kept[-1], without=(*kept[-1].without, gone))
    return kept


def _put(turn: Turn, acts: list[Act], wish: Wish) -> None:
    kind = "reorder" if wish.usual else "add"
    if not wish.item.has_food:
        acts.append(_bare(turn, wish))
        return
    want = turn.wishes.want(wish)
    doubt = "quantity" if wish.absurd else None
    last = acts[-1] if acts else None
    mergeable = last is not None and last.kind == kind and last.wants and last.doubt == doubt
    if last is not None and mergeable:
        acts[-1] = replace(last, wants=(*last.wants, want))
    else:
        acts.append(Act(kind, wants=(want,), doubt=doubt))


def _bare(turn: Turn, wish: Wish) -> Act:
    """An amount of nothing that was named: of what was spoken of last, or a question."""
    if wish.usual and wish.amount is None:
        return Act("reorder")
    lost = turn.focus is None and turn.heard.topic is None
    if wish.more or wish.item.more:
        more = wish.amount.value if wish.amount is not None else Fraction(1)
        return Act("set_quantity", target=Reference(), more=more, doubt="referent" if lost else None)
    if turn.heard.topic is not None and wish.amount is not None:
        return of_topic(turn, wish.amount, tuple(wish.tags))
    return Act("set_quantity", target=Reference(), amount=wish.amount, doubt="referent" if lost else None)
