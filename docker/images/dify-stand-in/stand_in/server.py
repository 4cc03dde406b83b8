"""The HTTP server of all stand-ins: every path answers JSON that says what arrived."""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

OF_INTEREST = (
    "host origin cookie connection upgrade content-type x-csrf-token dify-hook-url "
    "x-forwarded-for x-forwarded-proto x-forwarded-host x-forwarded-port x-real-ip"
).split()
PIECE = 1 << 16


class Handler(BaseHTTPRequestHandler):
    """Subclasses set `service` and may define `route`."""

    protocol_version = "HTTP/1.1"
    service = ""

    def route(self):
        """Answers the request and returns True, or returns False for the echo."""
        return False

    def handle_request(self):
        self.url = urlsplit(self.path)
        if self.url.path.endswith("/stream"):
            self.stream()
        elif not self.route():
            self.answer(200, bodyBytes=len(self.body()))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_request

    def pieces(self):
        """The body as it comes, whether its length is known or it is chunked."""
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            while size := int(self.rfile.readline().split(b";")[0], 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return
        left = int(self.headers.get("content-length", "0"))
        while left > 0:
            piece = self.rfile.read(min(left, PIECE))
            if not piece:
                raise ConnectionError("the body ended early")
            left -= len(piece)
            yield piece

    def body(self):
        return b"".join(self.pieces())

    def echo(self, **more):
        """What arrived, and `more`."""
        headers = {name: self.headers[name] for name in OF_INTEREST if name in self.headers}
        about = {"standIn": True, "service": self.service, "method": self.command, "path": self.path, "headers": headers}
        return {**about, **more}

    def answer(self, status, headers=(), **more):
        """Sends JSON with what arrived and `more`."""
        text = json.dumps(self.echo(**more)).encode()
        self.send_response(status)
        for name, value in (("Content-Type", "application/json"), ("Content-Length", str(len(text))), *headers):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def stream(self):
        """A slow event stream: ?events=5&interval=1 (seconds)."""
        self.body()
        query = {name: values[0] for name, values in parse_qs(self.url.query).items()}
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Connection", "close")
        self.end_headers()
        for number in range(int(query.get("events", "5"))):
            if number:
                time.sleep(float(query.get("interval", "1")))
            self.wfile.write(f"data: {json.dumps(self.echo(event=number))}\n\n".encode())

    def log_message(self, template, *values):
        # Cookies and queries may be secret: the path is enough.
        print(f"stand-in {self.service}: {self.command} {urlsplit(self.path).path}", flush=True)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def serve(handler, port, host="0.0.0.0"):
    """Listens for ever."""
    print(f"stand-in {handler.service}: listens on {host}:{port}; this is not Dify", flush=True)
    Server((host, int(port)), handler).serve_forever()
