"""What does not listen: migration, worker, beat, and the worker's health check."""

import sys
import time

from stand_in import api, checks
from stand_in.checks import TABLE

PERIOD = 3
#: A heartbeat is gone after this many seconds.
LIFETIME = 30
#: Beat only queues what the worker does.
OF_BEAT = ("postgres", "redis", "broker", "bucket")
#: As Celery: no worker replied.
NO_REPLY = 69


def migrate(service):
    """Marks the migration in the service's database and counts its runs; returns the exit code."""
    try:
        with checks.database() as connection:
            connection.execute(f"CREATE TABLE IF NOT EXISTS {TABLE} (service text PRIMARY KEY, runs int NOT NULL)")
            runs = connection.execute(
                f"INSERT INTO {TABLE} AS old VALUES (%s, 1) ON CONFLICT (service) DO UPDATE SET runs = old.runs + 1 RETURNING runs",
                [service],
            ).fetchone()[0]
    except Exception as error:
        print(f"stand-in {service}: migration failed: {str(error).strip()}", file=sys.stderr)
        return 1
    print(f"stand-in {service}: migration done, run {runs}", flush=True)
    return 0


def keep_alive(mode):
    """Checks everything that the mode uses every few seconds; a heartbeat in the broker says that all of it works."""
    named = {name: check for name, check in api.health_checks().items() if mode == "worker" or name in OF_BEAT}
    before = None
    while True:
        failed = checks.failures(named)
        if failed != before:
            print(f"stand-in dify-{mode}: {failed or 'everything works'}", flush=True)
        before = failed
        if not failed:
            checks.broker().set(f"stand-in:{mode}:{checks.HOST}", "works", ex=LIFETIME)
        time.sleep(PERIOD)


def ping_worker():
    """Whether this container's worker has a heartbeat in the broker; returns Celery's exit code."""
    try:
        if checks.broker().exists(f"stand-in:worker:{checks.HOST}"):
            print("->  celery@stand-in: OK\n        pong\n\n1 node online.")
            return 0
        print("Error: No nodes replied within time constraint", file=sys.stderr)
    except Exception as error:
        print(f"Error: {error}", file=sys.stderr)
    return NO_REPLY
