"""The demo shop's server: started on a port of this machine, closed again, nothing kept."""

from __future__ import annotations

import logging
import os
import threading
from typing import TYPE_CHECKING, Self

from werkzeug.serving import WSGIRequestHandler, make_server

from harness.demo import faults
from harness.demo.site import application
from harness.errors import TagproofError

if TYPE_CHECKING:
    from types import TracebackType

HOST = "127.0.0.1"


class _Quiet(WSGIRequestHandler):
    # HTTP/1.1 keeps connections open, as real shops do; werkzeug closes them by default.
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002
        logging.getLogger(__name__).debug(message, *args)


class Shop:
    """A running demo shop; a context manager.

    Args:
        port: 0 for any free one.
        fault_names: faults that are on for every visitor, beside those of the environment variable ``TAGPROOF_DEMO_FAULTS``.

    Raises:
        TagproofError: the port is taken, or a fault of that name does not exist.
    """

    def __init__(self, port: int = 0, fault_names: frozenset[str] = frozenset()) -> None:
        self.faults = fault_names | faults.parse(os.environ.get(faults.ENVIRONMENT, ""))
        app = application(self.faults)
        try:
            self._server = make_server(HOST, port, app, threaded=True, request_handler=_Quiet)
        except (OSError, SystemExit) as taken:
            raise TagproofError(f"the demo shop cannot listen on {HOST}:{port}", mend="choose another port, or 0 for a free one") from taken
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="demo-shop", daemon=True)
        self._thread.start()

    @classmethod
    def start(cls, port: int = 0, fault_names: frozenset[str] = frozenset()) -> Self:
        """A shop that listens already."""
        return cls(port, fault_names)

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://{HOST}:{self._server.port}"

    def close(self) -> None:
        """Stop listening; a second call does nothing."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
