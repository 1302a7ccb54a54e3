"""Keeping other sites from sending a signed-in person's requests."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request

from ..errors import Forbidden

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})


class CrossSite(Forbidden):
    """Another site sent this."""

    code, message = "cross_site", "This request came from another site."


def refuse_cross_site() -> None:
    """Raise `CrossSite` for an unsafe request that a browser sent for another site.

    Fetch Metadata decides where there is any, else `Origin` against `Host`; a client that sends neither is no
    browser and carries nobody's cookies by accident. The scheme is not compared: behind a proxy that ends TLS we
    may not know it. The same rule as Go's `http.CrossOriginProtection`. A host with CSRFProtect has checked its
    token before us.
    """
    if request.method in SAFE_METHODS or "csrf" in current_app.extensions:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site:
        foreign = site not in OWN_SITE
    else:
        foreign = origin is not None and urlsplit(origin).netloc.lower() != request.host.lower()
    if foreign:
        raise CrossSite
