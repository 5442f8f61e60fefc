"""The only place that reads the environment: configuration, wiring, the web server and the command line."""
