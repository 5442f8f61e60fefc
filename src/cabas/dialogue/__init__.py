"""Words to acts and acts to words. Pure: no database, no network, no clock; a language is a folder of YAML."""
