"""Feeds to be fetched."""
