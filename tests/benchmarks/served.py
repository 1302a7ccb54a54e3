"""Hosts under gunicorn, and clients that order from them over HTTP."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from .host import COURSE
from .measure import Work

WORKERS = 2
CLIENTS = 4


@contextmanager
def gunicorn(kind: str, url: str) -> Iterator[int]:
    """A host, `bare` or with the `service`, on a port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    # Clients wait for their turn between the rounds: a host must not hang up on them meanwhile.
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--log-level=warning",
        f"--workers={WORKERS}",
        "--threads=4",
        "--keep-alive=600",
    ]
    environment = {**os.environ, "BENCHMARK_HOST": kind, "BENCHMARK_URL": url}
    server = subprocess.Popen(
        [*command, "--worker-class=gthread", f"--bind=127.0.0.1:{port}", "tests.benchmarks.host:serve()"],
        env=environment,
    )
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            buyer(port, "")()
        except (OSError, http.client.HTTPException, AssertionError):
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("gunicorn did not start")


def buyer(port: int, code: str) -> Work:
    """A client that orders one course after another, each for somebody new; without a code any answer will do."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    body = json.dumps({"items": [{"offering_id": f"{COURSE}-0", "code": code or "TC"}]})

    def order() -> None:
        headers = {"Content-Type": "application/json", "Idempotency-Key": uuid4().hex, "X-User": uuid4().hex}
        connection.request("POST", "/credits/api/v1/checkout", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        if code and answer.status != http.client.CREATED:
            raise AssertionError(f"{answer.status}: {text.decode()}")

    return order
