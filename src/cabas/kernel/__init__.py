"""Values that know nothing of shops: money, quantities, identifiers, errors, text. Standard library only."""
