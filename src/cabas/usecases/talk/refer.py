"""What a shopper points at: "le jambon", "the last one", "those"."""

from __future__ import annotations

from cabas.dialogue.acts import Reference
from cabas.dialogue.tokens import stems
from cabas.domain.cart import LineItem, Want
from cabas.kernel.text import fold
from cabas.usecases.talk.scene import Scene


def find_lines(scene: Scene, reference: Reference | None) -> tuple[LineItem, ...]:
    """The lines meant, newest first: by name, the whole cart, the last one, or what was spoken of last."""
    cart = scene.cart
    if reference is None or (reference.want is None and not reference.everything and not reference.last):
        return focus_lines(scene)
    if reference.everything:
        return cart.find(lambda line: True)
    if reference.last:
        return cart.find(lambda line: True)[:1]
    assert reference.want is not None  # noqa: S101 (the case above)
    return named_lines(scene, reference.want)


def focus_lines(scene: Scene) -> tuple[LineItem, ...]:
    """What was spoken of last; the only line of the cart when nothing was."""
    by_id = {line.id: line for line in scene.cart.lines}
    for line_id in (*scene.touched, *scene.talk.focus):
        if line_id in by_id:
            return (by_id[line_id],)
    return scene.cart.lines if len(scene.cart.lines) == 1 else ()


def named_lines(scene: Scene, want: Want) -> tuple[LineItem, ...]:
    """The lines called that: by family first, then by the words of the wish or of the product, newest first."""
    if want.family:
        below = scene.lexicon.below(want.family)
        exact = scene.cart.find(lambda line: want.family in (line.family, line.want.family))
        if exact:
            return exact
        wider = scene.cart.find(lambda line: line.family in below or line.want.family in below)
        if wider:
            return wider
    lang = scene.lang
    words = set(stems(want.words, lang)) | set(stems(want.brand or "", lang))
    if not words:
        return ()

    def share(line: LineItem) -> float:
        have = set(stems(f"{line.want.words} {line.name} {line.brand or ''}", lang))
        return len(words & have) / len(words)

    best = max((share(line) for line in scene.cart.lines), default=0.0)
    if best < 0.5:
        return ()
    return scene.cart.find(lambda line: share(line) == best)


def same_thing(line: LineItem, want: Want) -> bool:
    """Whether a wish is for what the line already holds, so that amounts add up instead of doubling the line."""
    return (
        fold(line.want.words) == fold(want.words)
        and line.want.brand == want.brand
        and (set(line.want.constraints) == set(want.constraints))
    )
