"""What tests of the use cases share."""

from __future__ import annotations

from typing import Any

import pytest

from flask_training_credits.testing import MemoryHooks
from tests.support.shop import Shop, World


@pytest.fixture
def shop(credits: Any, make: Any, hooks: MemoryHooks) -> Shop:
    """A host with people, offerings and accounts as the test needs them."""
    return Shop(credits, make, hooks)


@pytest.fixture
def world(shop: Shop) -> World:
    """One item that can be bought, under every rule there is."""
    return World(shop)
