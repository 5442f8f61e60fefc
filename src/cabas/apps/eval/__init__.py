"""Development sets played through the real use cases; the scoring is left to the scorer beside each set."""
