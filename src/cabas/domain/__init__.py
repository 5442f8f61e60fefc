"""The shop's own words: frozen dataclasses and pure functions. Time, ids and chance come in as arguments."""
