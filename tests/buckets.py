"""A bucket on loopback that answers what S3 answers: objects by range, uploads in one piece or in parts, a list."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

NAME = "frontline-test"


class Bucket(ThreadingHTTPServer):
    """What it holds, what is on its way, and what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.objects: dict[str, bytes] = {}
        self.parts: dict[int, bytes] = {}
        self.asked: list[tuple[str, str, str | None]] = []
        self.is_away = False

    @property
    def environment(self) -> dict[str, str]:
        """The usual variables."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.server_port}", "AWS_REGION": "eu-west-2",
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        }  # fmt: skip


class Answer(BaseHTTPRequestHandler):
    """One request."""

    server: Bucket
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""

    def parse_request(self) -> bool:
        """Split the address before any method answers."""
        is_read = super().parse_request()
        if is_read:
            address = urlsplit(self.path)
            self.key = address.path.removeprefix(f"/{NAME}").lstrip("/")
            self.query = parse_qs(address.query, keep_blank_values=True)
            self.server.asked.append((self.command, self.key, self.headers.get("Range")))
        return is_read

    def do_GET(self) -> None:
        """An object or a range of it, or the list."""
        if "list-type" in self.query:
            self._list(self.query.get("prefix", [""])[0])
            return
        content = self.server.objects.get(self.key)
        if self.server.is_away:
            self._say(403, b"<Error><Code>AccessDenied</Code></Error>")
        elif content is None:
            self._say(404, b"<Error><Code>NoSuchKey</Code></Error>")
        else:
            self._object(content)

    do_HEAD = do_GET

    def do_PUT(self) -> None:
        """An object in one piece, or one part."""
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.is_away:
            self._say(403, b"<Error><Code>AccessDenied</Code></Error>")
            return
        if "partNumber" in self.query:
            self.server.parts[int(self.query["partNumber"][0])] = content
        else:
            self.server.objects[self.key] = content
        self._say(200)

    def do_POST(self) -> None:
        """Begin an upload in parts, or end it."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "uploads" in self.query:
            root = "InitiateMultipartUploadResult"
            self._say(200, f"<{root}><UploadId>one</UploadId></{root}>".encode())
            return
        self.server.objects[self.key] = b"".join(self.server.parts[n] for n in sorted(self.server.parts))
        self.server.parts.clear()
        root = "CompleteMultipartUploadResult"
        self._say(200, f'<{root}><ETag>"e"</ETag></{root}>'.encode())

    def _list(self, prefix: str) -> None:
        entry = "<Contents><Key>{}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>{}</Size></Contents>"
        found = [entry.format(key, len(value)) for key, value in self.server.objects.items() if key.startswith(prefix)]
        text = f"<ListBucketResult><IsTruncated>false</IsTruncated>{''.join(found)}</ListBucketResult>"
        self._say(200, text.encode())

    def _object(self, content: bytes) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range") or "")
        if asked is None:
            self._say(200, content)
            return
        start, end = int(asked.group(1)), min(int(asked.group(2)) + 1, len(content))
        self._say(206, content[start:end], ("Content-Range", f"bytes {start}-{end - 1}/{len(content)}"))

    def _say(self, status: int, body: bytes = b"", *more: tuple[str, str]) -> None:
        self.send_response(status)
        length = ("Content-Length", str(len(body)))
        for name, value in (length, ("ETag", '"e"'), ("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT"), *more):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def serving() -> Iterator[Bucket]:
    """A bucket that answers until the end of the block."""
    with Bucket() as bucket:
        thread = Thread(target=bucket.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield bucket
        finally:
            bucket.shutdown()
            thread.join()
