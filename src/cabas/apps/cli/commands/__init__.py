"""One file, one command (or group of commands)."""
