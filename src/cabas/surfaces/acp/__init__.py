"""The shop by the Agentic Commerce Protocol."""
