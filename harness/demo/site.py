"""The demo shop's pages: a Flask application with carts in signed cookies and orders in memory."""

from __future__ import annotations

import itertools
import mimetypes
import re
import secrets
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Flask, Response, abort, g, jsonify, redirect, render_template, request, session, url_for

from harness.demo import faults
from harness.demo.catalogue import BY_SKU, CATEGORIES, CURRENCY, LEAD_VALUE, PRODUCTS, Basket, ecommerce, euros, listing, price_text
from harness.errors import TagproofError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug.wrappers import Response as AnyResponse

STATIC = Path(__file__).parent / "static"
NAME = "Kiln & Clover"
ACCOUNTS = {
    "ga4": "G-KILN000001",
    "metaPixel": "1234567890123456",
    "googleAds": "AW-1000000001",
    "adsLabels": {"purchase": "kLnPurchase01", "generate_lead": "kLnLead02"},
}
TEST_PROPERTY = "G-KILNTEST01"
NEWSLETTER_LINKS = {"spring-letter": "/shop/cups", "teapot": "/product/ember-teapot", "workshops": "/workshops"}
"""Where the short links of the newsletter lead."""
PAYMENTS = {"invoice": "Invoice, 14 days", "bank_transfer": "Bank transfer, 2 % goes to the pottery school"}
TOPICS = {"wheel": "An evening at the wheel", "team": "A team event", "glaze": "A glaze laboratory"}

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(slots=True)
class Order:
    """A placed order. ``announced``: its confirmation page was shown, and told the tags of the purchase."""

    number: str
    basket: Basket
    name: str
    email: str
    payment: str
    announced: bool = False


@dataclass(slots=True)
class Lead:
    """A workshop enquiry. ``announced`` as for an order."""

    number: str
    name: str
    email: str
    topic: str
    announced: bool = False


@dataclass(slots=True)
class Books:
    """What one server remembers: orders and leads, by number."""

    orders: dict[str, Order] = field(default_factory=dict)
    leads: dict[str, Lead] = field(default_factory=dict)
    order_numbers: Iterable[int] = field(default_factory=lambda: itertools.count(1001))
    lead_numbers: Iterable[int] = field(default_factory=lambda: itertools.count(2001))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def first_showing(self, entry: Order | Lead) -> bool:
        """Whether this order's or lead's page is shown for the first time; true once, also with two tabs at the same moment."""
        with self.lock:
            first, entry.announced = not entry.announced, True
        return first


def application(default_faults: frozenset[str] = frozenset()) -> Flask:
    """The shop, with faults that are on for every visitor; a visitor's cookie ``demo_faults`` adds to them.

    Raises:
        TagproofError: a fault of that name does not exist.
    """
    faults.check(default_faults)
    app = Flask(__name__, static_folder=None)
    app.secret_key = secrets.token_bytes(32)
    app.config["SESSION_COOKIE_NAME"] = "kiln_session"
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    # An event's keys stay in the order in which they are written: that of the documentation.
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.jinja_env.policies["json.dumps_kwargs"] = {}
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["price"] = price_text
    books = Books()

    @app.before_request
    def switch_faults() -> Response | None:
        try:
            g.faults = default_faults | faults.parse(request.cookies.get(faults.COOKIE, ""))
        except TagproofError as unknown:
            return Response(f"{unknown}\n", status=400, mimetype="text/plain")
        return None

    @app.after_request
    def name_faults(response: Response) -> Response:
        if active := g.get("faults"):
            response.headers["X-Demo-Faults"] = ",".join(sorted(active))
        if response.mimetype == "text/html":
            response.headers["Cache-Control"] = "no-store"
        return response

    @app.context_processor
    def shared() -> dict[str, Any]:
        accounts = {**ACCOUNTS, "ga4": TEST_PROPERTY} if _faulty("wrong-measurement-id") else ACCOUNTS
        config = {"accounts": accounts, "faults": sorted(g.get("faults", ()))}
        return {"shop_name": NAME, "config": config, "basket": _basket(), "categories": CATEGORIES, "products": PRODUCTS}

    # From memory: werkzeug leaves a file open whose reader has gone away.
    files = {each.relative_to(STATIC).as_posix(): each.read_bytes() for each in STATIC.rglob("*") if each.is_file()}

    @app.get("/static/<path:filename>", endpoint="static")
    def static_file(filename: str) -> Response:
        if filename not in files:
            abort(404)
        response = Response(files[filename], mimetype=mimetypes.guess_type(filename)[0])
        response.cache_control.no_cache = True
        response.add_etag()
        response.make_conditional(request)
        return response

    @app.get("/")
    def home() -> str:
        return _page("home.html", "home", "Stoneware for every day")

    @app.get("/shop")
    @app.get("/shop/<category>")
    def shop(category: str = "") -> str:
        if category and category not in CATEGORIES:
            abort(404)
        lists = {slug: _listing(slug) for slug in ("", *CATEGORIES)}
        events = [{"event": "view_item_list", "ecommerce": lists[category]}]
        names = {slug: _listing_name(slug) for slug in lists}
        return _page("shop.html", "list", _listing_name(category), events, {"lists": lists}, names=names, category=category)

    @app.get("/product/<slug>")
    def product(slug: str) -> str:
        shown = PRODUCTS.get(slug) or abort(404)
        viewed = ecommerce([(shown, 1)])
        viewed["items"][0]["availability"] = "in stock"
        events = [{"event": "view_item", "ecommerce": viewed}]
        related = [each for each in PRODUCTS.values() if each.slug != slug][:4]
        return _page("product.html", "product", shown.name, events, product=shown, related=related)

    @app.post("/cart/add")
    def add() -> AnyResponse:
        shown = BY_SKU.get(request.form.get("sku", "")) or abort(404)
        quantity = min(max(_whole(request.form.get("quantity")), 1), 20)
        cart = dict(session.get("cart", {}))
        cart[shown.sku] = cart.get(shown.sku, 0) + quantity
        session["cart"] = cart
        if request.accept_mimetypes.best != "application/json":
            return redirect(url_for("cart"), 303)
        return jsonify(name=shown.name, quantity=quantity, count=Basket(cart).count, ecommerce=ecommerce([(shown, quantity)]))

    @app.get("/cart")
    def cart() -> str:
        return _page("cart.html", "cart", "Your cart")

    @app.post("/cart/change")
    def change() -> AnyResponse:
        shown = BY_SKU.get(request.form.get("sku", "")) or abort(404)
        cart = dict(session.get("cart", {}))
        cart[shown.sku] = min(max(_whole(request.form.get("quantity")), 0), 20)
        session["cart"] = {sku: quantity for sku, quantity in cart.items() if quantity}
        return redirect(url_for("cart"), 303)

    @app.get("/checkout")
    def checkout() -> str | AnyResponse:
        basket = _basket()
        if not basket.lines:
            return redirect(url_for("cart"), 302)
        events = [{"event": "begin_checkout", "ecommerce": ecommerce(basket.lines)}]
        return _page("checkout.html", "checkout", "Checkout", events, payments=PAYMENTS, form={}, errors={})

    @app.post("/checkout")
    def place() -> tuple[str, int] | AnyResponse:
        basket = _basket()
        if not basket.lines:
            return redirect(url_for("cart"), 303)
        required = {"email": "E-mail", "name": "Name", "street": "Street and number", "postcode": "Postcode", "city": "City"}
        errors = {key: f"{label} is missing." for key, label in required.items() if not request.form.get(key, "").strip()}
        if "email" not in errors and not _EMAIL.fullmatch(request.form["email"].strip()):
            errors["email"] = "That does not look like an e-mail address."
        if request.form.get("payment") not in PAYMENTS:
            errors["payment"] = "Please choose how to pay."
        if errors:
            return _page("checkout.html", "checkout", "Checkout", payments=PAYMENTS, form=request.form, errors=errors), 422
        with books.lock:
            number = f"T-{next(iter(books.order_numbers))}"
        form = request.form
        books.orders[number] = Order(number, basket, form["name"].strip(), form["email"].strip(), form["payment"])
        session["cart"] = {}
        session["orders"] = [*session.get("orders", []), number]
        return redirect(url_for("thanks", number=number), 303)

    @app.get("/order/<number>")
    def thanks(number: str) -> str:
        order = books.orders.get(number) if number in session.get("orders", []) else None
        if order is None:
            abort(404)
        first = books.first_showing(order)
        events = [_purchase(order)] if first or _faulty("purchase-again-on-reload") else []
        if _faulty("purchase-never-told"):
            events = []
        return _page("thanks.html", "thanks", "Thank you", events, order=order, payments=PAYMENTS)

    @app.get("/workshops")
    def workshops() -> str:
        return _page("workshops.html", "form", "Workshops", topics=TOPICS, form={}, errors={})

    @app.post("/workshops")
    def enquire() -> tuple[str, int] | AnyResponse:
        form = request.form
        errors = {
            key: f"{label} is missing." for key, label in {"name": "Name", "email": "E-mail"}.items() if not form.get(key, "").strip()
        }
        if "email" not in errors and not _EMAIL.fullmatch(form["email"].strip()):
            errors["email"] = "That does not look like an e-mail address."
        if form.get("topic") not in TOPICS:
            errors["topic"] = "Please choose a workshop."
        if errors:
            return _page("workshops.html", "form", "Workshops", topics=TOPICS, form=form, errors=errors), 422
        with books.lock:
            number = f"L-{next(iter(books.lead_numbers))}"
        books.leads[number] = Lead(number, form["name"].strip(), form["email"].strip(), form["topic"])
        session["leads"] = [*session.get("leads", []), number]
        told = f"?{urlencode({'email': form['email'].strip()})}" if _faulty("email-in-url") else ""
        return redirect(url_for("enquired", number=number) + told, 303)

    @app.get("/workshops/thanks/<number>")
    def enquired(number: str) -> str:
        lead = books.leads.get(number) if number in session.get("leads", []) else None
        if lead is None:
            abort(404)
        event = {
            "event": "generate_lead", "once": lead.number, "lead_id": lead.number,
            "currency": CURRENCY, "value": euros(LEAD_VALUE), "topic": lead.topic,
        }  # fmt: skip
        events = [event] if books.first_showing(lead) else []
        return _page("enquired.html", "thanks", "We will be in touch", events, lead=lead, topics=TOPICS)

    @app.get("/go/<slug>")
    def go(slug: str) -> AnyResponse:
        target = NEWSLETTER_LINKS.get(slug) or abort(404)
        query = "" if _faulty("utm-lost-by-redirect") else request.query_string.decode("ascii", "replace")
        return redirect(f"{target}?{query}" if query else target, 302)

    @app.errorhandler(404)
    def lost(_: Exception) -> tuple[str, int]:
        return _page("lost.html", "error", "Not found"), 404

    return app


def _page(
    template: str, page_type: str, title: str, events: list[dict[str, Any]] | None = None, more: dict[str, Any] | None = None, **values: Any
) -> str:
    data = {"shop": NAME, "page_type": page_type, "events": events or [], **(more or {})}
    return render_template(template, title=title, data=data, **values)


def _basket() -> Basket:
    return Basket(session.get("cart", {}))


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0


def _listing_name(category: str) -> str:
    return CATEGORIES[category].name if category else "All pieces"


def _listing(category: str) -> dict[str, Any]:
    shown = [each for each in PRODUCTS.values() if category in ("", each.category)]
    return listing(shown, category or "all", _listing_name(category))


def _faulty(name: str) -> bool:
    return name in g.get("faults", ())


def _purchase(order: Order) -> dict[str, Any]:
    money = {"transaction_id": order.number, "tax": euros(order.basket.tax), "shipping": euros(order.basket.shipping)}
    bought = ecommerce(order.basket.lines, **money)
    event: dict[str, Any] = {"event": "purchase", "once": order.number, "payment_type": order.payment, "ecommerce": bought}
    if _faulty("purchase-again-on-reload"):
        del event["once"]
    if _faulty("purchase-without-id"):
        del bought["transaction_id"]
    if _faulty("value-as-text"):
        bought["value"] = f"{bought['value']:.2f}"
    if _faulty("wrong-currency"):
        bought["currency"] = "USD"
    if _faulty("value-with-shipping"):
        bought["value"] = euros(order.basket.total)
    if _faulty("margin-told"):
        event["margin"] = euros(order.basket.goods * 42 // 100)
    return event
