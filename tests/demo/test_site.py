from __future__ import annotations

import gc
import json
import re
import warnings
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.test import EnvironBuilder

from harness.demo.faults import COOKIE, FAULTS
from harness.demo.site import STATIC, application
from harness.errors import TagproofError

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

ADDRESS = {
    "email": "ada@example.com",
    "name": "Ada Lovelace",
    "street": "Kai 1",
    "postcode": "20457",
    "city": "Hamburg",
    "payment": "invoice",
}
ENQUIRY = {"email": "grace@example.com", "name": "Grace Hopper", "topic": "team"}


def data(response: TestResponse) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="page-data">(.*?)</script>', response.text)
    assert found is not None
    return json.loads(found[1])  # type: ignore[no-any-return]


def events(response: TestResponse) -> list[str]:
    return [each["event"] for each in data(response)["events"]]


@pytest.fixture
def client() -> FlaskClient:
    return application().test_client()


def order(client: FlaskClient, **changed: str) -> TestResponse:
    client.post("/cart/add", data={"sku": "MUG-01", "quantity": "3"})
    return client.post("/checkout", data={**ADDRESS, **changed})


@pytest.mark.parametrize(
    ("path", "page_type", "told"),
    [
        ("/", "home", []),
        ("/shop", "list", ["view_item_list"]),
        ("/shop/linen", "list", ["view_item_list"]),
        ("/product/reed-vase", "product", ["view_item"]),
        ("/cart", "cart", []),
        ("/workshops", "form", []),
    ],
)
def test_a_page_and_what_it_tells(client: FlaskClient, path: str, page_type: str, told: list[str]) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert data(response)["page_type"] == page_type
    assert events(response) == told
    assert "X-Demo-Faults" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/shop/hats", "/product/nothing", "/order/T-1001", "/workshops/thanks/L-2001", "/go/nowhere", "/nowhere"])
def test_what_is_not_there(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "This shelf is empty" in response.text
    assert events(response) == []


@pytest.mark.parametrize("path", ["/", "/shop", "/product/reed-vase", "/cart", "/workshops"])
def test_nothing_comes_from_elsewhere(client: FlaskClient, path: str) -> None:
    assert re.findall(r'(?:src|href|action)="(?:https?:)?//[^"]*"', client.get(path).text) == []


def test_an_order_is_redirected_to_its_own_page_and_told_once(client: FlaskClient) -> None:
    placed = order(client)
    assert (placed.status_code, placed.headers["Location"]) == (303, "/order/T-1001")
    first, second = client.get("/order/T-1001"), client.get("/order/T-1001")
    assert data(first)["events"] == [
        {
            "event": "purchase",
            "once": "T-1001",
            "payment_type": "invoice",
            "ecommerce": {
                "currency": "EUR", "value": 56.7, "transaction_id": "T-1001", "tax": 9.05, "shipping": 4.9,
                "items": [{"item_id": "MUG-01", "item_name": "Harbour mug", "item_category": "Cups", "price": 18.9, "quantity": 3}],
            },
        }
    ]  # fmt: skip
    assert events(second) == []
    assert order(client).headers["Location"] == "/order/T-1002"


def test_an_order_is_seen_by_who_placed_it_alone() -> None:
    app = application()
    assert order(app.test_client()).headers["Location"] == "/order/T-1001"
    assert app.test_client().get("/order/T-1001").status_code == 404


def test_two_shops_know_nothing_of_each_other() -> None:
    assert [order(application().test_client()).headers["Location"] for _ in range(2)] == ["/order/T-1001"] * 2


def test_the_cart_is_empty_after_the_order(client: FlaskClient) -> None:
    order(client)
    assert "Nothing in here yet" in client.get("/cart").text
    assert client.get("/checkout").headers["Location"] == "/cart"
    assert client.post("/checkout", data=ADDRESS).headers["Location"] == "/cart"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"email": ""}, "E-mail is missing."),
        ({"email": "ada"}, "does not look like an e-mail"),
        ({"city": " "}, "City is missing."),
        ({"payment": "gold"}, "choose how to pay"),
    ],
)
def test_a_wrong_order_is_shown_again_and_tells_nothing(client: FlaskClient, changed: dict[str, str], message: str) -> None:
    response = order(client, **changed)
    assert response.status_code == 422
    assert message in response.text
    assert events(response) == []


@pytest.mark.parametrize(
    ("quantity", "count"), [("1", 1), ("3", 3), ("0", 1), ("-4", 1), ("999", 20), ("two", 1), ("", 1), ("²", 1)]
)  # fmt: skip
def test_how_many_go_into_the_cart(client: FlaskClient, quantity: str, count: int) -> None:
    answer = client.post("/cart/add", data={"sku": "MUG-02", "quantity": quantity}, headers={"accept": "application/json"}).get_json()
    assert (answer["count"], answer["ecommerce"]["value"]) == (count, pytest.approx(14.5 * count))


def test_a_cart_is_changed_and_emptied(client: FlaskClient) -> None:
    client.post("/cart/add", data={"sku": "MUG-02", "quantity": "2"})
    assert "€29.00" in client.get("/cart").text
    client.post("/cart/change", data={"sku": "MUG-02", "quantity": "5"})
    assert "€72.50" in client.get("/cart").text
    client.post("/cart/change", data={"sku": "MUG-02", "quantity": "0"})
    assert "Nothing in here yet" in client.get("/cart").text


def test_a_cart_works_without_scripts(client: FlaskClient) -> None:
    assert client.post("/cart/add", data={"sku": "MUG-02"}).headers["Location"] == "/cart"


def test_an_enquiry_is_told_once(client: FlaskClient) -> None:
    sent = client.post("/workshops", data=ENQUIRY)
    assert (sent.status_code, sent.headers["Location"]) == (303, "/workshops/thanks/L-2001")
    first, second = client.get("/workshops/thanks/L-2001"), client.get("/workshops/thanks/L-2001")
    assert data(first)["events"] == [
        {"event": "generate_lead", "once": "L-2001", "lead_id": "L-2001", "currency": "EUR", "value": 25.0, "topic": "team"}
    ]
    assert events(second) == []


@pytest.mark.parametrize("changed", [{"name": ""}, {"email": "nobody"}, {"topic": "welding"}])
def test_a_wrong_enquiry_is_shown_again(client: FlaskClient, changed: dict[str, str]) -> None:
    assert client.post("/workshops", data={**ENQUIRY, **changed}).status_code == 422


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("/go/spring-letter", "/shop/cups"),
        ("/go/spring-letter?utm_source=news&utm_campaign=a%26b", "/shop/cups?utm_source=news&utm_campaign=a%26b"),
        ("/go/teapot?gclid=x", "/product/ember-teapot?gclid=x"),
    ],
)
def test_a_newsletter_link_keeps_its_query(client: FlaskClient, link: str, target: str) -> None:
    response = client.get(link)
    assert (response.status_code, response.headers["Location"]) == (302, target)


def test_text_from_visitors_is_escaped(client: FlaskClient) -> None:
    page = client.get(order(client, name="<b>Ada</b>").headers["Location"])
    assert "<b>Ada</b>" not in page.text
    assert "&lt;b&gt;Ada&lt;/b&gt;" in page.text


@pytest.mark.parametrize(
    ("cookie", "named"),
    [
        ("value-as-text", "value-as-text"),
        ("wrong-currency,value-as-text", "value-as-text,wrong-currency"),
        ("wrong-currency%2C%20value-as-text", "value-as-text,wrong-currency"),
        ("", None),
        (",", None),
    ],
)
def test_faults_of_a_visitor(client: FlaskClient, cookie: str, named: str | None) -> None:
    client.set_cookie(COOKIE, cookie)
    response = client.get("/")
    assert response.status_code == 200
    assert response.headers.get("X-Demo-Faults") == named
    assert f'"faults": {json.dumps(named.split(",") if named else [])}' in response.text


def test_the_page_looks_the_same_with_every_fault(client: FlaskClient) -> None:
    def body(page: str) -> str:
        return page.partition("<body")[2]

    sound = body(client.get("/product/reed-vase").text)
    client.set_cookie(COOKIE, ",".join(FAULTS))
    assert body(client.get("/product/reed-vase").text) == sound


def test_an_unknown_fault_of_a_visitor_is_refused(client: FlaskClient) -> None:
    client.set_cookie(COOKIE, "value-as-txt")
    response = client.get("/")
    assert response.status_code == 400
    assert "no fault 'value-as-txt'" in response.text
    assert "value-as-text" in response.text


def test_an_unknown_fault_of_the_shop_is_refused() -> None:
    with pytest.raises(TagproofError, match="no fault 'gremlins'"):
        application(frozenset({"gremlins"}))


def test_scripts_and_pictures_are_asked_for_again_only_when_they_changed(client: FlaskClient) -> None:
    first = client.get("/static/shop.js")
    assert (first.data, first.mimetype) == ((STATIC / "shop.js").read_bytes(), "text/javascript")
    again = client.get("/static/shop.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get("/static/tags/../../site.py").status_code == client.get("/static/no.js").status_code == 404


def test_no_file_is_left_open_by_a_reader_that_goes_away() -> None:
    """Werkzeug's server does not close what it was sending then."""
    environment = EnvironBuilder("/static/shop.js").get_environ()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert next(iter(application()(environment, lambda *_: None)))
        gc.collect()
    assert [str(each.message) for each in told if each.category is ResourceWarning] == []
