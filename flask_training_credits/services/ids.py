"""New ids."""

from __future__ import annotations

import secrets
import time
from datetime import datetime

from ..domain.ids import Prefix, id_text


def new_id(prefix: Prefix, at: datetime) -> str:
    """A new id made at `at`, the time by the host's clock.

    The 80 bits after it begin with this machine's own microseconds: ids that one machine makes while the clock
    stands still, or within its millisecond, keep their order. The other 48 are random.
    """
    return id_text(prefix, at, (time.time_ns() // 1000 & 0xFFFF_FFFF) << 48 | secrets.randbits(48))
