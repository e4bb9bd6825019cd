"""One file per check: ``CHECK``."""
