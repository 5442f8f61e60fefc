"""One folder per way in. No business rule lives here: a surface translates between a wire and the use cases."""
