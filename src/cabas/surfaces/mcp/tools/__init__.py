"""The tools, by what they are for: one module offers `add(server, shop)`, and is found by scanning this folder."""
