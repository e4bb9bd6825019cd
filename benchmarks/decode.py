"""Requests decoded per second on one core: a mix of 4,000 tracking requests, and a page's traffic of which a tenth is tracking.

The mixes are built from every vendor's own wire examples, each request made different from the last (ids, times, orders), so
that no memory of a former one helps more than it would on a real site.
"""

from __future__ import annotations

import base64
import importlib
import json
import pkgutil
import random
import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

import harness.vendors
from harness.capture.captured import Body, CapturedRequest
from harness.capture.request_lines import requests_from_lines
from harness.decode.decoder import Decoder

TRACKING, TRACKING_GOAL, PAGE_GOAL = 4_000, 20_000, 100_000
ROUNDS = 5
STATIC = (
    "https://shop.example/static/app.{}.js", "https://cdn.shop.example/img/{}/tee-01.webp?w=640&q=80", "https://shop.example/product/tee-{}?color=red&size=xl",
    "https://fonts.gstatic.com/s/inter/v{}/font.woff2", "https://shop.example/api/v2/cart/{}?include=items,totals&currency=EUR",
    "https://images.example.net/{}.jpg", "https://shop.example/_next/data/build/{}.json?slug=tee", "https://js.stripe.com/v3/fingerprinted/js/{}.js",
    "https://shop.example/graphql?operationName=Search&variables=%7B%22q%22%3A%22{}%22%7D",
)  # fmt: skip


def main() -> None:
    """Print both figures and what share of the goal each is."""
    vendors = [importlib.import_module(f"harness.vendors.{found.name}").VENDOR for found in pkgutil.iter_modules(harness.vendors.__path__)]
    chance = random.Random(7)
    kinds = [captured(example["request"]) for vendor in vendors for example in vendor.examples]
    decoder = Decoder(vendors)
    kinds += [request for request in real_hits() * 3 if decoder.claim(request) is not None]
    tracking = [varied(chance.choice(kinds), index, chance) for index in range(TRACKING)]
    page = [each for index, each in enumerate(tracking) for each in (each, *(static(index * 9 + step, chance) for step in range(9)))]
    chance.shuffle(page)
    hits = sum(len(decoder.decode(request, index)) for index, request in enumerate(tracking))
    write(f"{len(vendors)} vendors, {len(kinds)} kinds of requests, {len(tracking):,} tracking requests with {hits:,} hits")
    for title, requests, goal in (("tracking", tracking, TRACKING_GOAL), ("page, a tenth of it tracking", page, PAGE_GOAL)):
        best = max(rate(vendors, requests) for _ in range(ROUNDS))
        volume = best * size(requests) / 1e6
        write(f"{title}: {best:,.0f} requests/s on one core ({best / goal:.0%} of the goal of {goal:,}), {volume:.1f} MB/s")
    costs = sorted(seconds(vendors, tracking), reverse=True)
    tenth = sum(costs[: len(costs) // 10]) / sum(costs)
    write(f"a tracking request: {median(costs) * 1e6:.0f} µs in the median; the costliest tenth of them takes {tenth:.0%} of the time")


def write(line: str) -> None:
    """Put a line on standard output."""
    sys.stdout.write(line + "\n")


def rate(vendors: list, requests: list[CapturedRequest]) -> float:
    """Requests decoded per second of processor time, with a new decoder."""
    decoder = Decoder(vendors)
    began = time.process_time()
    for index, request in enumerate(requests):
        decoder.decode(request, index)
    return len(requests) / (time.process_time() - began)


def seconds(vendors: list, requests: list[CapturedRequest]) -> list[float]:
    """The processor time of each request, the best of all rounds."""
    decoder, best = Decoder(vendors), [float("inf")] * len(requests)
    for _ in range(ROUNDS):
        for index, request in enumerate(requests):
            began = time.process_time()
            decoder.decode(request, index)
            best[index] = min(best[index], time.process_time() - began)
    return best


def size(requests: list[CapturedRequest]) -> float:
    """The mean bytes of a request's address and body."""
    return sum(len(request.url) + len(request.body.data) for request in requests) / len(requests)


def captured(entry: dict | str) -> CapturedRequest:
    """A wire example as a captured request."""
    entry = {"url": entry} if isinstance(entry, str) else entry
    body = entry.get("body")
    data = base64.b64decode(entry["body_base64"]) if "body_base64" in entry else None
    if body is not None:
        data = (body if isinstance(body, str) else json.dumps(body, separators=(",", ":"))).encode()
    headers = entry.get("headers", {})
    return CapturedRequest(
        id="x", url=entry["url"], method=entry.get("method", "GET"), resource_type=entry.get("resource_type"), body=Body.of(data),
        headers=tuple(headers.items() if isinstance(headers, dict) else map(tuple, headers)),
    )  # fmt: skip


def real_hits() -> list[CapturedRequest]:
    """What real scripts sent, for as far as it is beside the tests."""
    files = sorted((Path(__file__).parent.parent / "tests" / "real_hits").glob("*.jsonl"))
    return [request for path in files for request in requests_from_lines(path.read_bytes(), path.name)]


def varied(request: CapturedRequest, index: int, chance: random.Random) -> CapturedRequest:
    """The request with other numbers in its longest runs of digits, as another visitor's or moment's would have."""
    body = request.body
    if body.data[:1] in (b"{", b"[") or body.data[:3] == b"en=":
        body = Body.of(_other_numbers(body.data.decode(), chance, document=body.data[:1] != b"e").encode())
    return replace(request, id=str(index), url=_other_numbers(request.url, chance), body=body)


def _other_numbers(text: str, chance: random.Random, *, document: bool = False) -> str:
    """The text with other digits. A JSON number's fraction stays: a browser prints the shortest, and other digits would not be it."""
    out, run = [], ""
    for character in text + "\0":
        if character.isdecimal():
            run += character
            continue
        fraction = document and character in ",}]" and out and out[-1][-1:] == "."
        if 8 < len(run) < 16 and not fraction:
            run = run[:4] + "".join(chance.choice("123456789") for _ in run[4:])
        out.append(run + character)
        run = ""
    return "".join(out)[:-1]


def static(index: int, chance: random.Random) -> CapturedRequest:
    """A request of the site's own or of a content network: nobody's hit."""
    return CapturedRequest(id=f"s{index}", url=chance.choice(STATIC).format(chance.randrange(10**6)), resource_type="image")


if __name__ == "__main__":
    sys.exit(main())
