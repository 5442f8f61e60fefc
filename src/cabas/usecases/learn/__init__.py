"""Learning words: what a retailer teaches, what was not understood, and what might be taught because of it."""
