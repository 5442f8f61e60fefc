"""One file, one kind of term, found by scanning this folder."""
