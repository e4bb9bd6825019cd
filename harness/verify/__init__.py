"""Alignment of hits with expectations; the verdict."""
