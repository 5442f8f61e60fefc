"""How the terminal shows carts, orders and ledgers."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cabas.apps.play import Played
from cabas.dialogue import say
from cabas.domain import receipt as receipts
from cabas.domain.cart import Cart, LineItem
from cabas.domain.ledger import Posting, balances
from cabas.domain.pricing import vat_by_rate
from cabas.kernel.money import Money, total
from cabas.kernel.quantity import Quantity
from cabas.usecases.talk.view import View

console = Console(highlight=False)
notes = Console(stderr=True, highlight=False)


def quantity(line: LineItem, lang: str) -> str:
    """How much of a line: packs, or the weight."""
    if line.sku is None:
        return ""
    if line.sold_by == "weight":
        return say.measure(Quantity(line.quantity, "GRM"), lang)
    return f"{line.quantity} x {line.content}" if line.content else str(line.quantity)


def cart_table(cart: Cart, lang: str) -> Table:
    """The cart: which product for which words, how much, at what price, and why."""
    table = Table(box=None, pad_edge=False, header_style="dim", show_edge=False)
    for name, justify in (("asked", "left"), ("product", "left"), ("quantity", "right"), ("unit price", "right"),
                          ("price", "right"), ("why", "left")):  # fmt: skip
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    recipe = None
    for line in cart.lines:
        if line.recipe != recipe:
            recipe = line.recipe
            table.add_row(f"[bold]{escape(recipe)}[/bold]" if recipe else "")
        table.add_row(*_cells(line, lang))
    return table


def _cells(line: LineItem, lang: str) -> tuple[str, ...]:
    amount = line.want.amount
    asked = line.want.words
    if amount is not None and not (line.recipe and amount.value < 1):
        asked = f"{say.amount(amount, lang)} {asked}"
    if line.sku is None:
        return escape(asked), "[yellow]not found here, kept as a note[/yellow]", "", "", "", ""
    product = escape(line.name) + (f" [dim]{escape(line.brand)}[/dim]" if line.brand else "")
    price = say.money(line.price, lang) if line.price is not None else ""
    if line.full_price is not None and line.price is not None and line.price < line.full_price:
        price = f"[green]{price}[/green] [dim strike]{say.money(line.full_price, lang)}[/dim strike]"
    if not line.ticked:
        return (
            f"[dim]{escape(asked)}[/dim]",
            f"[dim]{product}[/dim]",
            "",
            "",
            "[dim]not counted[/dim]",
            "[dim]you surely have it[/dim]",
        )
    why = ", ".join(say.reasons(line.why, lang))
    return escape(asked), product, quantity(line, lang), line.per_unit, price, why


def cart_view(view: View) -> None:
    """The cart of a view with its total, VAT inside and slot."""
    if not view.cart.lines:
        return
    console.print(cart_table(view.cart, view.lang))
    amounts = [(line.price, line.vat_rate) for line in view.cart.bought if line.price is not None]
    vat = total(vat_by_rate(amounts).values(), view.cart.currency)
    fee = f", of which {say.money(view.cart.slot.fee, view.lang)} fee" if view.cart.slot and view.cart.slot.fee else ""
    held = f", {say.money(view.cart.deposits, view.lang)} deposits" if view.cart.deposits else ""
    console.print(
        f"\n[bold]Total {say.money(view.cart.total, view.lang)}[/bold]"
        f" [dim](VAT on goods {say.money(vat, view.lang)} included{fee}{held})[/dim]"
    )


def played(result: Played, lang: str) -> None:
    """Everything `cabas order` has to tell."""
    if result.understood is not None:
        console.print(f"[bold]Understood[/bold]  {', '.join(result.understood.acts)}\n")
        cart_view(result.understood)
        console.print(f"\n[bold]Cabas[/bold]  {escape(result.understood.reply.speech)}")
    last = result.last
    if last is not None and last is not result.understood:
        console.print(f"[bold]Cabas[/bold]  {escape(last.reply.speech)}")
    if result.question:
        console.print("[yellow]Add --yes to confirm.[/yellow]")
    if result.order is not None:
        again = " [dim](placed before with the same key: nothing new was ordered)[/dim]" if result.replayed else ""
        console.print(f"\n[bold green]Order {result.order.order.number}[/bold green]{again}\n")
        console.print(escape(receipts.text(result.order.receipt, lang)))
        console.print(f"\n[bold]Ledger[/bold] [dim]agreement {result.order.order.agreement_id}[/dim]")
        console.print(ledger_table(result.postings, lang))


def ledger_table(postings: Iterable[Posting], lang: str) -> Table:
    """Postings, with the balance of every account below: it sums to zero."""
    known = list(postings)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("from", "to", "term"):
        table.add_column(name)
    table.add_column("amount", justify="right")
    for posting in known:
        table.add_row(posting.source, posting.destination, posting.term, say.money(posting.amount, lang))
    table.add_section()
    for (account, currency), amount in sorted(balances(known).items()):
        if amount:
            table.add_row(f"[dim]{account}[/dim]", "", "[dim]balance[/dim]", say.money(Money(amount, currency), lang))
    return table


def json_out(document: object) -> None:
    """A JSON document on standard output, one object."""
    import msgspec

    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document, enc_hook=str), indent=2) + b"\n")
