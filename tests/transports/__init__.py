"""The transport matrix: every means that a browser has of sending, walked under any capture against a site that counts what arrives.

``rows`` has the means, ``site`` what they send to, ``walked`` one walk under capture, ``matrix`` walks the rows and compares. Shared by
the tests of each capture backend and by ``benchmarks/transports.py``.
"""
