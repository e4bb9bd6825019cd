"""Prepares the shop in the folder SHOP_FOLDER and serves it on the loopback interface; prints its address when it is up.

Usage: python serve.py prepare | python serve.py
"""

import os
import sys
from decimal import Decimal
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
sys.path.insert(0, str(Path(__file__).parent))

import django

BOOKS = [("BK-001", "The Left Lane", "12.50"), ("BK-002", "A Map of Rain", "8.00"), ("BK-003", "Small Engines", "24.99")]


def prepare() -> None:
    from django.core.management import call_command
    from django.db import connection
    from oscar.core.loading import get_class, get_model

    call_command("migrate", run_syncdb=True, verbosity=0)
    get_model("address", "Country").objects.create(
        iso_3166_1_a2="GB", iso_3166_1_a3="GBR", printable_name="United Kingdom", name="United Kingdom", is_shipping_country=True
    )
    create_from_breadcrumbs = get_class("catalogue.categories", "create_from_breadcrumbs")
    books = get_model("catalogue", "ProductClass").objects.create(name="Book", requires_shipping=True, track_stock=True)
    partner = get_model("partner", "Partner").objects.create(name="Warehouse")
    fiction = create_from_breadcrumbs("Books > Fiction")
    for upc, title, price in BOOKS:
        product = get_model("catalogue", "Product").objects.create(title=title, upc=upc, product_class=books, structure="standalone")
        get_model("catalogue", "ProductCategory").objects.create(product=product, category=fiction)
        get_model("partner", "StockRecord").objects.create(
            product=product, partner=partner, partner_sku=upc, price=Decimal(price), price_currency="GBP", num_in_stock=100_000
        )
    call_command("update_index", verbosity=0)
    # Walks in a row write while the next reads.
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def serve() -> None:
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.wsgi import get_wsgi_application
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, StaticFilesHandler(get_wsgi_application()), threaded=True)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    django.setup()
    if sys.argv[1:] == ["prepare"]:
        prepare()
    else:
        serve()
