"""One file per vendor: ``VENDOR``."""
