"""The only place that knows SQL and the search index; also the in-memory twins that tests and evaluations use."""
