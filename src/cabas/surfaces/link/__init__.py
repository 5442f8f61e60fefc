"""Linking accounts: the retailer's OAuth 2.1 and OpenID provider, and the shopper's own pages about it."""
