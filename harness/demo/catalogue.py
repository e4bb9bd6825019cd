"""What the demo shop sells, and the GA4 e-commerce objects that tell of it.

Money is kept in whole cents and turned into a number of euros only where it is shown or pushed, so that ``value`` always
equals the sum of ``price * quantity``.

Source for the objects: https://developers.google.com/analytics/devguides/collection/ga4/ecommerce
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CURRENCY = "EUR"
FREE_SHIPPING_FROM = 7500
SHIPPING = 490
VAT_PERCENT = 19
LEAD_VALUE = 2500


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A part of the range, with its own listing route."""

    slug: str
    name: str
    blurb: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One thing on sale. ``cents`` is the unit price with VAT; ``art`` names the drawing, ``glaze`` and ``ground`` its colours."""

    sku: str
    slug: str
    name: str
    category: str
    cents: int
    art: str
    glaze: str
    shade: str
    ground: str
    tagline: str
    story: str
    details: tuple[str, ...]


CATEGORIES = {
    each.slug: each
    for each in (
        Category(slug="cups", name="Cups", blurb="For the first coffee and the last tea."),
        Category(slug="bowls", name="Bowls & plates", blurb="A table that is set in two minutes."),
        Category(slug="tea-and-vases", name="Tea & vases", blurb="Slow afternoons, fresh stems."),
        Category(slug="linen", name="Linen", blurb="Washed soft, made to be used."),
    )
}

PRODUCTS = {
    each.slug: each
    for each in (
        Product(
            sku="MUG-01", slug="harbour-mug", name="Harbour mug", category="cups", cents=1890, art="mug",
            glaze="#5f8794", shade="#456973", ground="#dfe7e6",
            tagline="A generous mug with a thumb rest, in sea-fog blue.",
            story="Thrown on the wheel from stoneware and dipped twice, so that the glaze breaks to rust along the rim.",
            details=("Holds 320 ml", "Dishwasher and microwave safe", "Each one slightly different"),
        ),
        Product(
            sku="BOW-01", slug="tide-bowl", name="Tide noodle bowl", category="bowls", cents=3200, art="bowl",
            glaze="#3f5d66", shade="#2c444c", ground="#e6e0d4",
            tagline="Deep enough for a proper soup.",
            story="A wide foot keeps it steady, the raw rim keeps it cool to hold. Glazed in two blues that run into each other.",
            details=("Holds 900 ml, 19 cm across", "Oven safe to 180 °C", "Stacks with the Pebble bowl"),
        ),
        Product(
            sku="POT-01", slug="ember-teapot", name="Ember teapot", category="tea-and-vases", cents=6400, art="teapot",
            glaze="#b4552d", shade="#8c3f1f", ground="#efe1d3",
            tagline="Pours without a drip. We tried.",
            story="Iron-rich clay, an ash glaze and a bamboo handle. The strainer is pierced by hand, one hundred and twelve holes.",
            details=("Holds 800 ml", "Bamboo handle", "Built-in strainer"),
        ),
        Product(
            sku="VAS-01", slug="reed-vase", name="Reed vase", category="tea-and-vases", cents=4900, art="vase",
            glaze="#7b8768", shade="#5b6b4e", ground="#e7e8dc",
            tagline="Tall, calm, made for three stems.",
            story="Built from coils and left matt on the outside; glazed inside so that it holds water for weeks.",
            details=("27 cm tall", "Watertight", "Felt under the foot"),
        ),
        Product(
            sku="MUG-02", slug="dune-espresso-cup", name="Dune espresso cup", category="cups", cents=1450, art="cup",
            glaze="#d9b98c", shade="#bd9863", ground="#f3e9da",
            tagline="Two sips, warm hands.",
            story="Small, without a handle, with a groove for the fingers. The glaze is milled from the sand of our own beach.",
            details=("Holds 80 ml", "Dishwasher safe", "Fits under every machine"),
        ),
        Product(
            sku="PLA-01", slug="salt-plate", name="Salt plate", category="bowls", cents=2750, art="plate",
            glaze="#efe9dc", shade="#d5cbb7", ground="#cfd8d6",
            tagline="A quiet stage for dinner.",
            story="White with iron speckles and an unglazed edge. Pressed, then turned, so that it lies flat.",
            details=("26 cm across", "Dishwasher and microwave safe", "Sold singly"),
        ),
        Product(
            sku="MUG-03", slug="moss-latte-mug", name="Moss latte mug", category="cups", cents=2100, art="mug",
            glaze="#6f7d54", shade="#54613c", ground="#ebe6d2",
            tagline="Room for the foam.",
            story="The big brother of the Harbour mug, with a rounder belly and a green that changes with the light.",
            details=("Holds 420 ml", "Dishwasher and microwave safe", "Each one slightly different"),
        ),
        Product(
            sku="BOW-02", slug="pebble-bowl", name="Pebble breakfast bowl", category="bowls", cents=2490, art="bowl",
            glaze="#cfc4b2", shade="#b1a48e", ground="#e3dbe0",
            tagline="Porridge, berries, Sunday.",
            story="Pinched rather than thrown: you feel the potter's fingers all the way round.",
            details=("Holds 550 ml, 15 cm across", "Microwave safe", "Stacks with the Tide bowl"),
        ),
        Product(
            sku="LIN-01", slug="oat-linen-towel", name="Oat linen towel", category="linen", cents=1600, art="towel",
            glaze="#ddd0b6", shade="#b4552d", ground="#e9e4da",
            tagline="Dries glasses without a trace.",
            story="Woven in Saxony from European flax, washed with stones. It gets better every year.",
            details=("50 by 70 cm", "100 % linen, OEKO-TEX", "Wash at 60 °C"),
        ),
    )
}  # fmt: skip

BY_SKU = {each.sku: each for each in PRODUCTS.values()}


def euros(cents: int) -> float:
    """A number of euros with at most two decimals."""
    return round(cents / 100, 2)


def price_text(cents: int) -> str:
    """As the pages show it: ``€18.90``."""
    return f"€{cents // 100:,}.{cents % 100:02d}"


def item(product: Product, quantity: int = 1, **more: Any) -> dict[str, Any]:
    """A GA4 item."""
    return {
        "item_id": product.sku,
        "item_name": product.name,
        "item_category": CATEGORIES[product.category].name,
        "price": euros(product.cents),
        "quantity": quantity,
        **more,
    }


def ecommerce(lines: Iterable[tuple[Product, int]], **more: Any) -> dict[str, Any]:
    """The ``ecommerce`` object of an event about these products and quantities."""
    lines = list(lines)
    return {
        "currency": CURRENCY,
        "value": euros(sum(product.cents * quantity for product, quantity in lines)),
        **more,
        "items": [item(product, quantity) for product, quantity in lines],
    }


def listing(products: Iterable[Product], list_id: str, list_name: str) -> dict[str, Any]:
    """The ``ecommerce`` object of a list that is shown."""
    return {
        "currency": CURRENCY,
        "item_list_id": list_id,
        "item_list_name": list_name,
        "items": [item(product, index=index) for index, product in enumerate(products)],
    }


@dataclass(frozen=True, slots=True)
class Basket:
    """What is in a cart: SKU to quantity, in the order in which it was put in. Unknown SKUs are left out."""

    quantities: Mapping[str, int]

    @property
    def lines(self) -> list[tuple[Product, int]]:
        """Products with their quantities."""
        return [(BY_SKU[sku], quantity) for sku, quantity in self.quantities.items() if sku in BY_SKU and quantity > 0]

    @property
    def count(self) -> int:
        """How many pieces."""
        return sum(quantity for _, quantity in self.lines)

    @property
    def goods(self) -> int:
        """Cents for the goods, with VAT."""
        return sum(product.cents * quantity for product, quantity in self.lines)

    @property
    def shipping(self) -> int:
        """Cents for shipping."""
        return 0 if self.goods >= FREE_SHIPPING_FROM or not self.goods else SHIPPING

    @property
    def tax(self) -> int:
        """Cents of VAT contained in the goods."""
        return round(self.goods * VAT_PERCENT / (100 + VAT_PERCENT))

    @property
    def total(self) -> int:
        """Cents to pay."""
        return self.goods + self.shipping
