"""The embedded demo shop."""
