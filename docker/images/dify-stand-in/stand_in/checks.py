"""What a service is given, used for real. Each check returns nothing or raises."""

import os
import socket
import tempfile
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import psycopg
import redis
import urllib3
from minio import Minio
from redis.backoff import NoBackoff
from redis.retry import Retry

#: What migrations mark: the service, and how often it was migrated.
TABLE = "stand_in_migration"
SECONDS = 3
REDIS = {"socket_timeout": SECONDS, "socket_connect_timeout": SECONDS, "retry": Retry(NoBackoff(), 0)}
HOST = socket.gethostname()


def need(name):
    """The variable's value; raises if it is missing or empty."""
    value = os.environ.get(name, "")
    if not value:
        raise ValueError(f"{name} is not set")
    return value


def database():
    """A connection to the service's own database (DB_*)."""
    return psycopg.connect(
        host=need("DB_HOST"),
        port=os.environ.get("DB_PORT", "5432"),
        user=need("DB_USERNAME"),
        password=need("DB_PASSWORD"),
        dbname=need("DB_DATABASE"),
        connect_timeout=SECONDS,
    )


def migrated(service):
    """A check that the service's migration has run in its database."""

    def check():
        with database() as connection:
            exists = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [TABLE]).fetchone()[0]
            runs = exists and connection.execute(f"SELECT runs FROM {TABLE} WHERE service = %s", [service]).fetchone()
        if not runs:
            raise ValueError(f"the migration of {service} has not run in the database {need('DB_DATABASE')}")

    return check


def vector():
    """The extension computes a distance in PGVECTOR_DATABASE."""
    store = need("VECTOR_STORE")
    if store != "pgvector":
        raise ValueError(f"VECTOR_STORE is {store!r}, the stand-in knows pgvector alone")
    with psycopg.connect(
        host=need("PGVECTOR_HOST"),
        port=os.environ.get("PGVECTOR_PORT", "5432"),
        user=need("PGVECTOR_USER"),
        password=need("PGVECTOR_PASSWORD"),
        dbname=need("PGVECTOR_DATABASE"),
        connect_timeout=SECONDS,
    ) as connection:
        distance = connection.execute("SELECT '[1,2,3]'::vector <-> '[1,2,5]'::vector").fetchone()[0]
    if distance != 2:
        raise ValueError(f"distance of two vectors is {distance}, expected 2")


def cache():
    """REDIS_* with its password: what is set is read again."""
    client = redis.Redis(
        host=need("REDIS_HOST"),
        port=int(os.environ.get("REDIS_PORT", "6379")),
        username=os.environ.get("REDIS_USERNAME") or None,
        password=need("REDIS_PASSWORD"),
        db=int(os.environ.get("REDIS_DB", "0")),
        **REDIS,
    )
    client.set(f"stand-in:check:{HOST}", HOST, ex=60)
    if client.get(f"stand-in:check:{HOST}") != HOST.encode():
        raise ValueError("Redis did not return what was set")


def broker():
    """The client of CELERY_BROKER_URL, after a ping."""
    client = redis.from_url(need("CELERY_BROKER_URL"), **REDIS)
    client.ping()
    return client


def bucket(name, access, secret, region):
    """A check that puts an object into the bucket and gets it again; the arguments are names of variables."""

    def check():
        scheme, _, address = need("S3_ENDPOINT").partition("://")
        client = Minio(
            address.rstrip("/"),
            access_key=need(access),
            secret_key=need(secret),
            region=os.environ.get(region) or "us-east-1",
            secure=scheme == "https",
            http_client=urllib3.PoolManager(timeout=SECONDS, retries=False),
        )
        content = os.urandom(16)
        client.put_object(need(name), f"stand-in/{HOST}", BytesIO(content), len(content))
        if client.get_object(need(name), f"stand-in/{HOST}").data != content:
            raise ValueError("the bucket did not return what was put")

    return check


def storage(directory):
    """A check that the directory can be written."""

    def check():
        with tempfile.TemporaryFile(dir=directory) as file:
            file.write(b"stand-in")

    return check


def request(method, url, expected, headers=None, body=None, proxy=None):
    """Asks another service; raises unless the status is as expected (None: any)."""
    options = {"timeout": SECONDS, "retries": False}
    pool = urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)
    answer = pool.request(method, url, headers=headers, json=body)
    if expected is not None and answer.status != expected:
        raise ValueError(f"{method} {url} answered {answer.status}, expected {expected}")
    return answer


def failures(checks):
    """Runs all checks beside each other; name of each that failed → why."""

    def outcome(check):
        try:
            check()
            return None
        except Exception as error:  # whatever a client library raises is the answer
            return f"{type(error).__name__}: {str(error).strip()}"

    with ThreadPoolExecutor(max_workers=len(checks)) as pool:
        found = dict(zip(checks, pool.map(outcome, checks.values())))
    return {name: why for name, why in found.items() if why}
