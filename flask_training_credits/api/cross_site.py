"""Keeping other sites from sending a signed-in person's requests."""

from __future__ import annotations

from flask import g, request

from ..cross_site import is_cross_site
from ..errors import Forbidden

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class CrossSite(Forbidden):
    """Another site sent this."""

    code, message = "cross_site", "This request came from another site."


def refuse_cross_site() -> None:
    """Raise `CrossSite` for an unsafe request that a browser sent for another site.

    Where the host's CSRFProtect has accepted the request's token, that is enough. It marks those requests; one that
    it was told not to look at (`WTF_CSRF_CHECK_DEFAULT`, `csrf.exempt`) is as open as without it.
    """
    if request.method not in SAFE_METHODS and not g.get("csrf_valid") and is_cross_site(request):
        raise CrossSite
