"""Cabas: a grocer sells through any voice or AI assistant, and stays the shopkeeper."""
