"""Yes and no: an utterance that is nothing else, and one that begins with it."""

from __future__ import annotations

from cabas.dialogue.acts import Act
from cabas.dialogue.lexicon import BRAND, DISH, FAMILY
from cabas.dialogue.sight import Sight
from cabas.dialogue.turn import Hearing, Turn

# Open questions that only yes or no answers, and how long such an answer may be.
YES_OR_NO = frozenset({"empty_cart", "checkout", "reorder"})
ANSWER_TOKENS_MAX = 9
# Which of what was offered is taken.
OPTIONS = {"first": 0, "second": 1, "third": 2, "last_one": -1}


def answer(sight: Sight, heard: Hearing) -> Act | None:
    """Yes and no, when the utterance is nothing else."""
    for found in sight.tools.grammar.sections["answers"].fits(sight.text):
        if found.kind == "yes" and heard.pending is None and heard.topic:
            return None  # "sure, add it": what was asked about
        if found.kind == "tail" and heard.pending is not None:
            return Act("confirm")
        if found.kind in OPTIONS and heard.pending == "slot":
            return Act("confirm", option=OPTIONS[found.kind])
        if found.kind == "yes":
            return Act("confirm")
        if found.kind == "no" and heard.pending is not None:
            return Act("cancel")
    done = heard.pending is None and not heard.topic and bool(heard.fresh)  # "yes, that's all fine" of what was put in
    return _answered(sight, done=done) if done or heard.pending in YES_OR_NO else None


def _answered(sight: Sight, *, done: bool) -> Act | None:
    """What begins with yes or no and goes on without naming, counting or turning anything: "yes, the whole bunch". A
    no to what is `done` already is none of that.
    """
    grammar, size = sight.tools.grammar, len(sight.tokens)
    hedges, found = grammar.macro("hedge"), grammar.sections["answers"].at(sight.text, 0)
    if found is None or not hedges or size > ANSWER_TOKENS_MAX or found.kind not in ("yes", "no"):
        return None
    rest = range(found.end, size)
    if found.kind == "yes" and any(sight.tokens[place].folded in hedges for place in rest):
        return None
    if any(sight.name(place, size, FAMILY, BRAND, DISH) or sight.amounts(place, size) for place in rest):
        return None
    if done and found.kind == "no":
        return None
    if any(grammar.cues.at(sight.tokens, place) is not None and not _is_yes(sight, place) for place in rest):
        return None
    return Act("confirm") if found.kind == "yes" else Act("cancel")


def _is_yes(sight: Sight, place: int) -> bool:
    """Whether another yes begins here: "c'est bon"."""
    found = sight.tools.grammar.sections["answers"].at(sight.text, place)
    return found is not None and found.kind == "yes"


def past_answer(turn: Turn) -> int:
    """Past a yes or no that begins a longer utterance: it answers an open question."""
    sight = turn.sight
    found = sight.tools.grammar.sections["answers"].at(sight.text, 0)
    if found is None or found.kind != "yes" or found.end >= len(sight.tokens):
        return 0
    follows = sight.is_mark(found.end) or bool(sight.amounts(found.end, len(sight.tokens)))
    follows = follows or sight.tools.grammar.sections["openers"].at(sight.text, found.end) is not None
    if turn.heard.pending == "empty_cart" and _hedged(turn, found.end):
        return found.end  # "yes, but keep the rice"
    if turn.heard.pending is not None:
        turn.act(Act("confirm"))
        return found.end
    return found.end if follows else 0


def _hedged(turn: Turn, start: int) -> bool:
    """Whether a "but" follows."""
    sight = turn.sight
    place = start + 1 if sight.is_mark(start) else start
    return place < len(sight.tokens) and sight.said("leads", place) is not None


def said_once(acts: tuple[Act, ...], pending: str | None) -> tuple[Act, ...]:
    """ "Oui, vide-le": a yes that says again what was asked is only a yes."""
    asked = {"empty_cart": "remove", "checkout": "checkout", "reorder": "reorder"}.get(pending or "")
    if len(acts) > 1 and acts[0].kind == "confirm" and acts[1].kind == asked:
        return (acts[0], *acts[2:])
    return acts
