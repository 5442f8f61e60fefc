"""Words nobody knew, read again by the optional helps of the desk: the nearest family first, then a language model.

Without helps, or when they fail, the acts are those of the first reading.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cabas.dialogue.acts import Act, Understood
from cabas.dialogue.details import concerning
from cabas.dialogue.reread import grounded, holds, merged, outgoing
from cabas.dialogue.turn import Hearing
from cabas.domain.cart import Want
from cabas.usecases.talk.scene import Scene
from cabas.usecases.talk.take import find

# Answers to a question: the cart stays as it was when the question was asked.
ANSWERS = ("confirm", "cancel")


async def reread(scene: Scene, understood: Understood, heard: Hearing) -> tuple[Act, ...]:
    """The acts of `understood`, with what the desk's helps made of wishes nothing fits and of words left over."""
    acts = understood.acts
    if scene.desk.reader is None and scene.desk.kinds is None:
        return acts
    if any(act.kind in ANSWERS for act in acts):
        return acts
    known: dict[Want, tuple[Want, ...]] = {}
    for want in _lost(scene, acts):
        nearest = await _nearest(scene, want)
        if nearest is not None:
            known[want] = (nearest,)
    lost = [want for want in _lost(scene, acts) if want not in known]
    words = outgoing([*understood.leftover, *(want.words for want in lost)])
    if scene.desk.reader is None or not words:
        return _replaced(acts, known)
    found = grounded(await scene.desk.reader.read(words, understood.lang), words, heard)
    more: list[Want] = []
    for reading, want in found:
        whose = next((one for one in lost if holds(one.words, reading.said)), None)
        if whose is None:
            more.append(replace(want, constraints=concerning(understood.everywhere, want.family)))
        else:
            known[whose] = (*known.get(whose, ()), _instead(whose, want, first=whose not in known))
    acts = _replaced(acts, known)
    return merged(acts, more) if more else acts


def _lost(scene: Scene, acts: Iterable[Act]) -> list[Want]:
    """Wishes of no family that no product of the catalog fits."""
    wants = [want for act in acts if act.kind == "add" and act.doubt is None for want in act.wants]
    return [want for want in wants if want.family is None and want.brand is None and not find(scene, want).hits]


async def _nearest(scene: Scene, want: Want) -> Want | None:
    """`want` by the name of the nearest family, if the store has anything of it."""
    if scene.desk.kinds is None:
        return None
    family = await scene.desk.kinds.nearest(want.words, want.lang)
    record = scene.lexicon.family(family) if family else None
    names = record.names.get(want.lang) if record else None
    if not names:
        return None
    named = replace(want, words=names[0], family=family)
    return named if find(scene, named).hits else None


def _instead(lost: Want, want: Want, *, first: bool) -> Want:
    """`want` for the words of `lost`: its amount was said for the first thing, its constraints for all."""
    return replace(want, amount=lost.amount if first else want.amount, constraints=lost.constraints)


def _replaced(acts: Iterable[Act], known: dict[Want, tuple[Want, ...]]) -> tuple[Act, ...]:
    if not known:
        return tuple(acts)
    return tuple(
        replace(act, wants=tuple(new for want in act.wants for new in known.get(want, (want,)))) for act in acts
    )
