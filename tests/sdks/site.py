"""A page for each of pages/*.js, which loads one vendor's own script from npm: ``/posthog`` as by default, ``/posthog?own=1`` proxied."""

from __future__ import annotations

import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, render_template, request, send_from_directory
from werkzeug.serving import make_server

from harness.capture.machine import node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Response

PAGES = Path(__file__).parent / "pages"
MODULES = Path(__file__).parents[2] / "node_modules"
OWN = "/metrics"
"""Below what the shop's own server passes on to a vendor. It tells the scripts their settings; what they collect is stubbed before."""


def bundle(target: Path) -> None:
    """One script for each page, as a site's own build would make them of the npm modules.

    Raises:
        subprocess.CalledProcessError: a module is missing, or has another shape than its page says.
    """
    found = node()
    assert found is not None, "the SDKs' bundles need Node.js: make setup"
    options = ["--bundle", "--format=iife", "--minify", "--target=chrome120", "--log-level=error", f"--outdir={target}"]
    pages = sorted(str(page) for page in PAGES.glob("*.js"))
    subprocess.run([str(found[0]), str(MODULES / "esbuild" / "bin" / "esbuild"), *options, *pages], check=True)


def create_app(bundles: Path) -> Flask:
    """The site, over scripts that :func:`bundle` made."""
    app = Flask(__name__, template_folder=str(PAGES), static_folder=None)

    @app.get("/bundles/<file>")
    def library(file: str) -> Response:
        return send_from_directory(bundles, file)

    @app.get("/<sdk>")
    def page(sdk: str) -> str:
        own = request.host_url.rstrip("/") + OWN if "own" in request.args else ""
        return render_template("shop.html", sdk=sdk, own=own)

    @app.get(f"{OWN}/v1/projects/<key>/settings")
    def settings(key: str) -> dict[str, Any]:
        return {"integrations": {name: {"apiKey": key} for name in ("Segment.io", "Customer.io Data Pipelines")}, "plan": {}}

    @app.get(f"{OWN}/sourceConfig/")
    def source_config() -> dict[str, Any]:
        source = {"id": "1", "name": "tees", "writeKey": request.args["writeKey"], "enabled": True, "workspaceId": "1"}
        return {"source": source | {"config": {}, "connections": [], "destinations": []}}

    @app.post(f"{OWN}/v1/initialize")
    def initialize() -> dict[str, Any]:
        return {"has_updates": True, "time": 1, "feature_gates": {}, "dynamic_configs": {}, "layer_configs": {}, "hash_used": "djb2"}

    @app.get(f"{OWN}/sdk/goals/<key>")
    def goals(key: str) -> list[Any]:
        return []

    @app.get(f"{OWN}/sdk/evalx/<path:context>")
    def flags(context: str) -> dict[str, Any]:
        return {}

    return app


@contextmanager
def serve(bundles: Path) -> Iterator[str]:
    """The site on the loopback interface; its address."""
    bundle(bundles)
    server = make_server("127.0.0.1", 0, create_app(bundles), threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="sdks", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
