"""One file per vendor: ``VENDOR``.

How to add a vendor
===================

Write ``harness/vendors/<id with underscores>.py`` with one :class:`harness.decode.vendor.Vendor` called ``VENDOR``; nothing else
is edited, and its tests come from its own ``examples`` and ``lookalikes`` (``tests/vendors/test_vendors.py`` runs them for every
vendor). ``ga4.py`` is the model for a vendor with a decoder of its own. Code that vendors share belongs to ``harness.decode``.

Most vendors need a table and one line::

    TABLE = {
        "id": Row("pixel_id", "Pixel ID", "General"),               # wire key -> documented name, label, group
        "ev": Row("event", "Event", "General"),
        "rev": Row("value", "Revenue", "E-commerce", "number"),     # kinds: text, number, integer, boolean, json
    }
    decode = QueryReader(TABLE, event="event", account="pixel_id", key="order_id", page="url", identifiers=("uid",))

- :class:`harness.decode.readers.QueryReader`: one hit a request, from the query, a form, a multipart or a flat JSON body.
- :class:`harness.decode.readers.JsonReader`: one event or a batch in a JSON body, by dotted paths.
- :class:`harness.decode.readers.LibraryReader`: a script's or configuration's fetch; give it to an ``Endpoint(decode=…)``.
- Anything else: a function request -> hits with the same parts. :func:`harness.decode.payload.read_body` opens a body through
  every layer (gzip, deflate, brotli, zstd, base64, escaped or quoted JSON, multipart), :meth:`QueryTable.read
  <harness.decode.query.QueryTable.read>` reads a query or form, :meth:`PathTable.read <harness.decode.document.PathTable.read>`
  flattens JSON, :func:`harness.decode.payload.open_text` opens a value that is itself encoded.
- Google's consent signals: :func:`harness.decode.google_consent.google_consent`; a page's campaign:
  :func:`harness.decode.campaign.campaign_of`.

Rules
-----

- The head of the file gives the documentation's addresses; ``docs`` repeats them.
- ``Hit.parameters``: everything on the wire, in its order, unknown keys too. Never filter.
- ``Hit.values``: documented names -> typed values, what plans speak of. Money as numbers under the vendor's own documented name
  (``value``, ``revenue``), products as a list of objects (``items`` where the vendor spreads them over keys, else the vendor's own
  name), never technical keys. A row without a ``field`` stays out of ``values``.
- ``Hit.event``: the name as the wire has it. ``kind``: only ``event``, ``pageview`` and ``identify`` are occurrences; a mirrored
  copy, a heartbeat, a configuration fetch is ``auxiliary``, ``config`` or ``library``.
- ``Hit.consent``: signal -> granted, and the raw texts; None where the hit says nothing of consent.
- ``Hit.identifiers``: ids of a person or browser, click ids in cookies; ``Hit.key``: what the vendor deduplicates by.
- Hosts: every documented one, regional and legacy; ``*.x.com`` does not include ``x.com``. Under a first-party host (``"*"``) give
  ``recognise``, which looks at what is sent, never at the path alone, and a whole path segment or query ``keys`` to be found by.
- ``answer``: what the vendor's script needs to hear so that it neither retries nor waits (default: a GIF to an image, 204 to a
  beacon, ``{}`` to the rest). A configuration endpoint needs one, or nothing fires.
- ``automatic_events`` and ``automatic_parameters``: what the script adds by itself and nobody plans.
- ``examples``: ``{"title", "request": {"url", "method"?, "headers"?, "body"? | "body_base64"?, "resource_type"?}, "hits": [{…}]}``.
  A hit lists what must be so: any of Hit's fields, dictionaries and lists compared by what is named (extra keys are fine).
- ``lookalikes``: addresses (or such request objects) that look like the vendor's and are not.
"""
