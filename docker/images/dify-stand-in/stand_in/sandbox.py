"""STAND-IN of Dify's sandbox: port 8194. Runs no code; tells who has the key what can be reached from here."""

import hmac
import json
import os
import socket

from stand_in import checks
from stand_in.server import Handler, serve as listen


def fetch(order):
    """{operation: fetch, url, throughProxy?}: status and the first of the body."""
    proxy = checks.need("HTTP_PROXY") if order.get("throughProxy") else None
    answer = checks.request("GET", order["url"], None, proxy=proxy)
    return {"status": answer.status, "body": answer.data[:2000].decode(errors="replace")}


def look_up(order):
    """{operation: lookup, name}: its addresses."""
    found = socket.getaddrinfo(order["name"], None, proto=socket.IPPROTO_TCP)
    return {"addresses": sorted({entry[4][0] for entry in found})}


def connect(order):
    """{operation: connect, host, port}: whether TCP opens."""
    socket.create_connection((order["host"], order["port"]), checks.SECONDS).close()
    return {}


#: Anything else, such as code to run, is taken and not run.
OPERATIONS = {"fetch": fetch, "lookup": look_up, "connect": connect}


def run(order):
    """The answer to one order: reached, and what was found or why not."""
    try:
        return {"reached": True, **OPERATIONS.get(order.get("operation"), lambda _: {})(order)}
    except Exception as error:
        return {"reached": False, "error": f"{type(error).__name__}: {error}"}


class Sandbox(Handler):
    service = "dify-sandbox"

    def route(self):
        if self.url.path != "/v1/sandbox/run":
            return False
        body = self.body()
        if hmac.compare_digest(self.headers.get("x-api-key", ""), checks.need("API_KEY")):
            self.answer(200, code=0, message="success", data=run(json.loads(body)))
        else:
            self.answer(401, code=-401, message="unauthorized")
        return True


def serve():
    checks.need("API_KEY")
    listen(Sandbox, os.environ.get("SANDBOX_PORT", "8194"))
