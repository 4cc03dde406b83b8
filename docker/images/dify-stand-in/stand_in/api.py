"""STAND-IN of Dify's API: port 5001, /health is 200 only if everything that it is given works."""

import hmac
import os
import secrets
from http.cookies import SimpleCookie

from stand_in import checks, socket_io
from stand_in.server import Handler, serve as listen

S3 = ("S3_BUCKET_NAME", "S3_ACCESS_KEY", "S3_SECRET_KEY", "S3_REGION")


def keys():
    """All keys that the services share are set."""
    for name in ("SECRET_KEY", "PLUGIN_DAEMON_KEY", "INNER_API_KEY_FOR_PLUGIN"):
        checks.need(name)


def bucket():
    """Uploads go to the bucket."""
    kind = checks.need("STORAGE_TYPE")
    if kind != "s3":
        raise ValueError(f"STORAGE_TYPE is {kind!r}, the stand-in knows s3 alone")
    checks.bucket(*S3)()


def sandbox():
    """The sandbox is healthy and takes the key."""
    endpoint = checks.need("CODE_EXECUTION_ENDPOINT")
    checks.request("GET", f"{endpoint}/health", 200)
    key = {"X-Api-Key": checks.need("CODE_EXECUTION_API_KEY")}
    checks.request("POST", f"{endpoint}/v1/sandbox/run", 200, key, {"language": "python3", "code": ""})


def ssrf_proxy():
    """The proxy answers; that it refuses this name is good enough."""
    checks.request("GET", "http://stand-in.invalid/", None, proxy=checks.need("SSRF_PROXY_HTTP_URL"))


def plugin_daemon():
    """The daemon is healthy and takes the key. Not part of /health: it may start after the API."""
    url = checks.need("PLUGIN_DAEMON_URL")
    checks.request("GET", f"{url}/plugin/stand-in", 200, {"X-Api-Key": checks.need("PLUGIN_DAEMON_KEY")})


def health_checks():
    """Checks of /health, by name."""
    return {
        "keys": keys,
        "postgres": checks.migrated("dify-api"),
        "pgvector": checks.vector,
        "redis": checks.cache,
        "broker": checks.broker,
        "bucket": bucket,
        "sandbox": sandbox,
        "ssrfProxy": ssrf_proxy,
        "storage": checks.storage("/app/api/storage"),
    }


class Api(Handler):
    service = "dify-api"

    def route(self):
        path = self.url.path
        if path == "/health":
            self.report(health_checks())
        elif path == "/v1/checks":
            self.report({**health_checks(), "pluginDaemon": plugin_daemon})
        elif path == "/console/api/setup":
            self.report({"postgres": checks.migrated("dify-api")})
        elif path == "/console/api/activate/check":
            self.report({"redis": checks.cache})
        elif path.startswith("/inner/api/"):
            self.inner()
        elif path == "/console/api/login":
            self.login()
        elif path == "/console/api/account/profile":
            self.profile()
        elif path.startswith("/socket.io/") and self.headers.get("upgrade", "").lower() == "websocket":
            socket_io.answer(self)
        elif self.command in ("POST", "PUT"):
            # Uploads are counted, never held.
            self.answer(200, bodyBytes=sum(map(len, self.pieces())))
        else:
            return False
        return True

    def report(self, named):
        failed = checks.failures(named)
        self.answer(503 if failed else 200, checks=sorted(named), failed=failed)

    def inner(self):
        """Only the plugin daemon has this key."""
        given = self.headers.get("x-inner-api-key", "")
        known = hmac.compare_digest(given, checks.need("INNER_API_KEY_FOR_PLUGIN"))
        self.answer(200 if known else 401, bodyBytes=len(self.body()))

    def login(self):
        """Sets a session cookie and one that the page has to send back as X-CSRF-Token."""
        self.body()
        cookies = [f"access_token={secrets.token_hex(16)}; Path=/; HttpOnly; SameSite=Lax"]
        cookies.append(f"csrf_token={secrets.token_hex(16)}; Path=/; SameSite=Lax")
        self.answer(200, [("Set-Cookie", cookie) for cookie in cookies])

    def profile(self):
        self.body()
        cookies = SimpleCookie(self.headers.get("cookie", ""))
        token = cookies["csrf_token"].value if "csrf_token" in cookies else None
        signed_in = "access_token" in cookies and token == self.headers.get("x-csrf-token")
        self.answer(200 if signed_in else 401)


def serve():
    listen(Api, os.environ.get("DIFY_PORT", "5001"))
