"""Starts one service: python3 -m stand_in SERVICE, with SERVICE as in SERVICES."""

import signal
import sys

from stand_in import api, jobs, plugin_daemon, sandbox, web

SERVICES = {
    "api": api.serve,
    "worker": lambda: jobs.keep_alive("worker"),
    "beat": lambda: jobs.keep_alive("beat"),
    "migrate": lambda: jobs.migrate("dify-api"),
    "ping-worker": jobs.ping_worker,
    "web": web.serve,
    "sandbox": sandbox.serve,
    "plugin-daemon": plugin_daemon.serve,
    "plugin-daemon-migrate": lambda: jobs.migrate("dify-plugin-daemon"),
}

# As the first process of a container Python would ignore it.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
service = sys.argv[1] if len(sys.argv) == 2 else ""
if service not in SERVICES:
    sys.exit(f"stand-in: no service {service!r}; choose from {', '.join(SERVICES)}")
sys.exit(SERVICES[service]())
