"""The shop as a Model Context Protocol server."""
