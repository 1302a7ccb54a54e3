"""The pages: server-rendered, without script, in the host's own layout."""

from .blueprint import create_web_blueprint

__all__ = ["create_web_blueprint"]
