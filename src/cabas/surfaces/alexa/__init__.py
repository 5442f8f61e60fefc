"""The shop as an Alexa custom skill."""
