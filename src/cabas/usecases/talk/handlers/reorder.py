"""The usual: from the shopper's own purchases, when they agreed to that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cabas.dialogue.acts import Act
from cabas.dialogue.details import concerning
from cabas.dialogue.tokens import stems
from cabas.domain.cart import Want
from cabas.domain.customer import Habit
from cabas.usecases.talk.handlers.add import put
from cabas.usecases.talk.scene import Scene

KINDS = ("reorder",)
# The whole usual order: what is bought often enough to be called usual, and no more than a basket of it.
USUAL_TIMES, USUAL_MAX = 2, 30
# A word with more families below it than this names a department.
DEPARTMENT_FAMILIES = 12


async def handle(scene: Scene, act: Act) -> None:
    """Add what the shopper usually buys: all of it, of some kinds, or what is running out."""
    if not await scene.may_be_personal():
        await _without_history(scene, act)
        return
    habits = [habit for habit in await scene.habits() if not _excluded(scene, habit, act.without)]
    if act.wants:
        await _these(scene, act.wants, habits)
        return
    if act.due:
        due = [habit for habit in habits if habit.overdue]
        if not due:
            scene.tell("reorder_nothing_due")
        elif act.propose:
            scene.tell("reorder_propose", names=[habit.name for habit in due])
            scene.ask("reorder", about=[habit.sku for habit in due])
            scene.asked = True
        else:
            await put_habits(scene, due)
        return
    usual = [habit for habit in habits if habit.times >= USUAL_TIMES][:USUAL_MAX] or habits[:USUAL_MAX]
    if usual:
        await put_habits(scene, usual)
    else:
        scene.tell("reorder_none")
        scene.asked = True


async def put_habits(scene: Scene, habits: Sequence[Habit], wants: Sequence[Want] = ()) -> None:
    """Add these habits; `wants` say how they were asked for, where they were."""
    named = wants or [
        Want(habit.name, scene.lang, family=habit.family, constraints=concerning(scene.diet, habit.family))
        for habit in habits
    ]
    await put(scene, named, skus=[habit.sku for habit in habits], kind="reordered")


async def _these(scene: Scene, wants: Sequence[Want], habits: Sequence[Habit]) -> None:
    chosen: list[Habit] = []
    named: list[Want] = []
    for want in wants:
        found = matching(scene, want, habits)
        if not found:
            scene.tell("reorder_none")
            scene.asked = True
            continue
        many = want.amount is None and _is_department(scene, want)
        for habit in found if many else found[:1]:
            chosen.append(habit)
            named.append(replace(want, words=habit.name if many else want.words, family=habit.family or want.family))
    if chosen:
        await put_habits(scene, chosen, named)


def _is_department(scene: Scene, want: Want) -> bool:
    """ "Mes laitages": so wide a word that everything usual under it is meant."""
    if want.family is not None:
        return len(scene.lexicon.below(want.family)) > DEPARTMENT_FAMILIES
    return scene.lexicon.department(want.words) is not None


def _shelves(scene: Scene, habit: Habit) -> set[str]:
    """The names of the department and aisles of a habit's family, in every language."""
    category = scene.lexicon.families.get(habit.family or "", {}).get("category", {})
    return {name for names in category.values() for name in names}


def matching(scene: Scene, want: Want, habits: Sequence[Habit]) -> list[Habit]:
    """The habits a wish names, strongest first: by family, else by a wider one ("cat food" where tins of it are usual),
    else by the words of the product.
    """
    family = want.family or scene.lexicon.family_of(want.words, want.lang)  # "the cat's usual food"
    below = scene.lexicon.below(family) if family else ()
    above = scene.lexicon.above(family) if family else ()
    for families in below, above:
        if by_family := [habit for habit in habits if habit.family and habit.family in families]:
            return by_family
    department = scene.lexicon.department(want.words)
    if department is not None and want.family is None:
        return [habit for habit in habits if department in _shelves(scene, habit)]
    words = set(stems(f"{want.brand or ''} {want.words}", scene.lang))
    return [habit for habit in habits if words and words <= set(stems(f"{habit.brand or ''} {habit.name}", scene.lang))]


def _excluded(scene: Scene, habit: Habit, without: Sequence[Want]) -> bool:
    return any(matching(scene, want, [habit]) for want in without)


async def _without_history(scene: Scene, act: Act) -> None:
    """An unlinked or unconsenting shopper gets no personal result, only a question."""
    scene.tell("not_personal")
    scene.asked = True
