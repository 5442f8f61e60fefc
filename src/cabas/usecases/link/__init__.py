"""Linking accounts: the retailer is the OAuth 2.1 and OpenID provider of its shoppers.

A link lets one client of a platform act for one shopper, within the scopes and purposes the shopper ticked. Everything
somebody holds (a code, a refresh token, a session, a link in a mail) is a ticket: only the hash of its secret is kept.
"""
