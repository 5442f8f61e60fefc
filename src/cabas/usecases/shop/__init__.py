"""Shopping by protocol: what an assistant or a partner platform asks in fields instead of sentences.

One cart underneath: a session is a conversation (`domain.cart`), so a shopper may go on by voice with what began here.
Every surface calls these; none of them decides anything.
"""
