"""STAND-IN of Dify's plugin daemon: port 5002, /health/check, /e/HOOK, and /plugin/… for who has the key."""

import hmac
import os

from stand_in import checks
from stand_in.server import Handler, serve as listen

S3 = ("PLUGIN_STORAGE_OSS_BUCKET", "AWS_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_REGION")


def storage():
    """The place for plugins, and the bucket if packages go there."""
    checks.storage("/app/storage")()
    if os.environ.get("PLUGIN_STORAGE_TYPE", "local") == "aws_s3":
        checks.bucket(*S3)()


def inner_api():
    """The API takes the key. Not part of /health/check: it may start after the daemon."""
    key = {"X-Inner-Api-Key": checks.need("DIFY_INNER_API_KEY")}
    checks.request("GET", f"{checks.need('DIFY_INNER_API_URL')}/inner/api/stand-in", 200, key)


def health_checks():
    """Checks of /health/check, by name."""
    return {
        "keys": lambda: [checks.need(name) for name in ("SERVER_KEY", "DIFY_INNER_API_KEY", "DIFY_INNER_API_URL")],
        "postgres": checks.migrated("dify-plugin-daemon"),
        "redis": checks.cache,
        "storage": storage,
    }


class PluginDaemon(Handler):
    service = "dify-plugin-daemon"

    def route(self):
        path = self.url.path
        if path == "/health/check":
            self.report(health_checks())
        elif not path.startswith("/plugin/"):
            return False
        elif not hmac.compare_digest(self.headers.get("x-api-key", ""), checks.need("SERVER_KEY")):
            self.answer(401, bodyBytes=len(self.body()))
        elif path == "/plugin/checks":
            self.report({**health_checks(), "innerApi": inner_api})
        else:
            return False
        return True

    def report(self, named):
        failed = checks.failures(named)
        self.answer(503 if failed else 200, checks=sorted(named), failed=failed)


def serve():
    listen(PluginDaemon, os.environ.get("SERVER_PORT", "5002"))
