"""Stands between a capture and its browser, as an endpoint that gives less than a browser does."""

from __future__ import annotations

import contextlib
import json
import threading
from typing import TYPE_CHECKING, Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.server import ServerConnection, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Message = dict[str, Any]


@contextlib.contextmanager
def relay(endpoint: str, *, refused: str = "", unpaused: Callable[[Message], bool] = lambda _: False) -> Iterator[str]:
    """The address of an endpoint that leads to another.

    Args:
        endpoint: the browser's own websocket address.
        refused: a method that it does not know.
        unpaused: which paused requests (the event's parameters) it does not tell of, but lets go.
    """

    def serve_one(client: ServerConnection) -> None:
        with connect(endpoint, max_size=None, compression=None, ping_interval=None) as browser:

            def back() -> None:
                with contextlib.suppress(ConnectionClosed):
                    for text in browser:
                        told = json.loads(text)
                        if told.get("method") == "Fetch.requestPaused" and unpaused(told["params"]):
                            go_on = {"id": 1 << 30, "method": "Fetch.continueRequest", "params": {"requestId": told["params"]["requestId"]}}
                            browser.send(json.dumps(go_on))
                        elif told.get("id") != 1 << 30:
                            client.send(text)
                client.close()

            thread = threading.Thread(target=back, daemon=True)
            thread.start()
            with contextlib.suppress(ConnectionClosed):
                for text in client:
                    asked = json.loads(text)
                    if asked["method"] == refused:
                        error = {"code": -32601, "message": f"'{refused}' wasn't found"}
                        client.send(json.dumps({"id": asked["id"], "error": error}))
                    else:
                        browser.send(text)
        thread.join(5)

    server = serve(serve_one, "127.0.0.1", 0, max_size=None, compression=None, ping_interval=None)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}/devtools/browser/relayed"
    server.shutdown()
    thread.join()
