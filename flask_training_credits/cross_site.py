"""Telling what another site made a browser send; for pages and API alike."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from werkzeug.sansio.request import Request

OWN_SITE: Final = frozenset({"same-origin", "none"})


def is_cross_site(request: Request) -> bool:
    """True when a browser says that a page of another site sent this request.

    Fetch Metadata decides where there is any, else `Origin` against `Host`; a client that sends neither is no
    browser and carries nobody's cookies by accident. The scheme is not compared: behind a proxy that ends TLS we
    may not know it. The same rule as Go's `http.CrossOriginProtection`.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site not in OWN_SITE
    origin = request.headers.get("Origin")
    return origin is not None and _host_of(origin) != request.host.lower()


def _host_of(origin: str) -> str | None:
    """Host and port; None for what no browser sends."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None
