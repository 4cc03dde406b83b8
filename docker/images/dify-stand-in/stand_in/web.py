"""STAND-IN of Dify's web console: port 3000, on HOSTNAME only, as the server of Next.js."""

import html
import json
import os

from stand_in.server import Handler, serve as listen

GIVEN = ("CONSOLE_API_URL", "APP_API_URL", "MARKETPLACE_API_URL", "NEXT_PUBLIC_COOKIE_DOMAIN")


class Web(Handler):
    service = "dify-web"

    def route(self):
        settings = {name: os.environ.get(name) for name in GIVEN}
        size = len(self.body())
        if "text/html" not in self.headers.get("accept", ""):
            self.answer(200, bodyBytes=size, settings=settings)
            return True
        about = html.escape(json.dumps(self.echo(settings=settings), indent=2))
        page = f"<!doctype html><title>Stand-in for dify-web</title><h1>This is not Dify</h1><pre>{about}</pre>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else page)
        return True


def serve():
    listen(Web, os.environ.get("PORT", "3000"), os.environ.get("HOSTNAME", "0.0.0.0"))
