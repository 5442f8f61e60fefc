"""The shop by the Universal Commerce Protocol, of which two versions are spoken."""
