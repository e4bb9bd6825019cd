"""A shop whose tracking is done by vendors' own scripts, served out of node_modules: ``/segment+mixpanel/`` loads those two."""

from __future__ import annotations

import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, abort, render_template, send_from_directory
from werkzeug.serving import make_server

from harness.capture.machine import node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Response

HERE = Path(__file__).parent
MODULES = HERE.parents[2] / "node_modules"
READY = {
    "segment": "@segment/analytics-next/dist/umd/index.js",
    "mixpanel": "mixpanel-browser/dist/mixpanel.umd.js",
    "snowplow": "@snowplow/browser-tracker/dist/index.umd.min.js",
    "amplitude": "@amplitude/analytics-browser/lib/scripts/amplitude-min.umd.js",
}
"""As published, to be loaded by a script tag."""
BUNDLED = {"posthog": ("posthog-js", "Posthog"), "rudderstack": ("@rudderstack/analytics-js/bundled", "Rudderstack")}
"""Published as modules only: the module, and the global that our bundle of it is."""
SDKS = (*READY, *BUNDLED)
TITLES = {"": "Home", "product": "The tee", "thanks": "Thank you"}


def bundle(module: str, name: str, target: Path) -> None:
    """One script of an npm module, as a site's own build would make it."""
    found = node()
    assert found is not None, "the SDKs' bundles need Node.js: make setup"
    command = [
        str(found[0]),
        str(MODULES / "esbuild" / "bin" / "esbuild"),
        "--bundle",
        "--format=iife",
        f"--global-name={name}",
        "--minify",
    ]
    subprocess.run(
        [*command, "--log-level=error", f"--outfile={target}"],
        input=f'export * from "{module}"; export {{default}} from "{module}";' if name == "Posthog" else f'export * from "{module}";',
        text=True, cwd=MODULES.parent, check=True,
    )  # fmt: skip


def create_app(bundles: Path) -> Flask:
    app = Flask(__name__, template_folder=str(HERE), static_folder=str(HERE / "static"))
    for name, (module, variable) in BUNDLED.items():
        bundle(module, variable, bundles / f"{name}.js")

    @app.get("/libraries/<name>/<path:file>")
    def library(name: str, file: str) -> Response:
        if name in BUNDLED:
            return send_from_directory(bundles, file)
        return send_from_directory((MODULES / READY[name]).parent, file)

    @app.get("/<sdks>/")
    @app.get("/<sdks>/<page>")
    def page(sdks: str, page: str = "") -> str:
        names = sdks.split("+")
        if page not in TITLES or not set(names) <= set(SDKS):
            abort(404)
        libraries = {name: f"/libraries/{name}/" + (Path(READY[name]).name if name in READY else f"{name}.js") for name in names}
        return render_template("shop.html", page=page or "home", title=TITLES[page], sdks=names, libraries=libraries)

    return app


@contextmanager
def serve(bundles: Path) -> Iterator[str]:
    """The shop on the loopback interface; its address."""
    server = make_server("127.0.0.1", 0, create_app(bundles), threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="tees", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
