"""tagproof: prove that a site's tracking works.

The way of the data, left to right: capture -> recording -> decode -> verify -> report.
Everything right of the recording runs without a browser.
"""

__version__ = "0.1.0"
