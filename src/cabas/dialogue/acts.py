"""What a shopper can do with one sentence. `understand` makes these; `usecases.talk` carries them out.

The kinds are those of the evaluation sets: add, remove, set_quantity, replace, reorder, recipe, ask_price,
ask_availability, choose_slot, set_method, checkout, confirm, cancel, undo, list_cart, help, smalltalk, stop; and code,
which is read off before the others (`codes`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from cabas.dialogue.codes import SaidCode
from cabas.domain.cart import Amount, Want
from cabas.domain.fulfillment import SlotAsk

KINDS = (
    "add",
    "remove",
    "set_quantity",
    "replace",
    "reorder",
    "recipe",
    "ask_price",
    "ask_availability",
    "choose_slot",
    "set_method",
    "checkout",
    "confirm",
    "cancel",
    "undo",
    "list_cart",
    "help",
    "smalltalk",
    "stop",
    "code",
)


@dataclass(frozen=True, slots=True)
class Reference:
    """What a sentence points at in the cart or the history.

    `want` names it ("le jambon"); None means a pronoun or nothing at all ("encore deux"): the focus of the
    conversation. `everything` is the whole cart ("vide le panier"). `last` is the newest line ("enlève le dernier").
    """

    want: Want | None = None
    everything: bool = False
    last: bool = False


@dataclass(frozen=True, slots=True)
class RecipeAsk:
    """Ingredients of a dish. `dish` is the id of a known dish, `words` how it was said; `url` a page to read.

    `without` are foods the shopper has or does not want. `anew` says that it is asked for already, and now for how
    many: what was put in for it goes first.
    """

    words: str
    dish: str | None = None
    servings: int | None = None
    without: tuple[Want, ...] = ()
    url: str | None = None
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """One thing asked. Which fields count depends on `kind`:

    add: `wants`. remove: `target`. set_quantity: `target`, and `amount` (absolute) or `more` (a difference).
    replace: `target` (what goes; None when only the new thing was said) and `wants[0]` (what comes), or `compare`
    ("smaller", "bigger", "cheaper", "other_brand", "organic", "usual", "other") for "non, le petit". reorder: `wants`
    (the usual coffee), or none for the whole usual order, `without`, `due` for what is running out, `propose` when it
    is a question ("am I running low?") that waits for a yes. recipe: `recipe`.
    ask_price, ask_availability: `wants[0]`. choose_slot, set_method: `slot`; `impossible` when the time cannot be
    ("le 31 février"), `propose` when it is asked what times there are. code: `codes`. confirm:
    `option`, which of the slots that were offered (the first is 0, the last -1). The others need nothing.
    `doubt` names what a clerk would ask before acting ("quantity").
    """

    kind: str
    wants: tuple[Want, ...] = ()
    target: Reference | None = None
    amount: Amount | None = None
    more: Fraction | None = None
    compare: str | None = None
    recipe: RecipeAsk | None = None
    slot: SlotAsk | None = None
    without: tuple[Want, ...] = ()
    due: bool = False
    propose: bool = False
    impossible: bool = False
    doubt: str | None = None
    codes: tuple[SaidCode, ...] = ()
    option: int = 0


@dataclass(frozen=True, slots=True)
class Understood:
    """What one utterance meant. `acts` is never empty (smalltalk at the least).

    `leftover` are words no act used, a piece of the utterance each. `everywhere` are the constraints that hold for
    everything asked for in it ("je suis végétarien"). `diet` is what holds from now on, where that is all that was
    said; None where it stays as it was.
    """

    text: str
    lang: str
    acts: tuple[Act, ...]
    leftover: tuple[str, ...] = field(default=())
    everywhere: tuple[str, ...] = field(default=())
    diet: tuple[str, ...] | None = None
