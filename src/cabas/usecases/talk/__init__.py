"""A shopper talks, Cabas answers: one conversation, one cart, one store."""
