"""The surfaces people talk to in a browser."""
