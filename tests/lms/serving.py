"""Serve an LMS on loopback, in this process, with threads that keep connections open as a real server does."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from tests.lms.platform import Lms


class Handler(WSGIRequestHandler):
    """HTTP/1.1, so that connections stay open."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log(self, *args: Any) -> None:
        """Say nothing: the LMS keeps its own record."""


class Server(ThreadedWSGIServer):
    """Werkzeug's threaded server, which on closing also ends the connections that clients keep open."""

    def __init__(self, port: int, app: Any) -> None:
        self.connections: set[socket.socket] = set()
        super().__init__("127.0.0.1", port, app, handler=Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self.connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def close(self) -> None:
        self.shutdown()
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.server_close()


@contextmanager
def running(tool_url: str = "http://frontline.localhost:5000", *, port: int = 0, **more: Any) -> Iterator[Lms]:
    """A testing LMS that answers at ``lms.url`` (http://lms.localhost:<a free port>) until the block is left."""
    server = Server(port, None)
    lms = Lms(f"http://lms.localhost:{server.port}", tool_url, testing=True, **more)
    server.app = lms.app
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield lms
    finally:
        lms.switches.reset()
        server.close()
        thread.join(timeout=5)
