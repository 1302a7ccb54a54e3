"""Rows of codes as results."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from ..codes import CodeTexts
from ..domain.amounts import from_hundredths
from ..domain.eligibility import CodeLimits
from . import results

LIMITS = (
    "label",
    "tracking_id",
    "value",
    "funding",
    "starts_at",
    "expires_at",
    "max_redemptions",
    "per_learner",
    "offering_ids",
    "kinds",
    "deliveries",
    "learners",
    "access_days",
)
_SHOWN = (
    *(name for name in LIMITS if name != "value"),
    "id",
    "account_id",
    "kind",
    "last_four",
    "uses",
    "access_ends_with_code",
    "created_at",
)


def limits_of(row: Any) -> CodeLimits:
    """The limits in a row of codes."""
    return CodeLimits(
        value=row["value"],
        used=row["used"],
        uses=row["uses"],
        max_redemptions=row["max_redemptions"],
        starts_at=row["starts_at"],
        expires_at=row["expires_at"],
        offering_ids=row["offering_ids"],
        kinds=row["kinds"],
        deliveries=row["deliveries"],
        learners=row["learners"],
    )


def code_of(row: Any, now: datetime, texts: CodeTexts, *, is_told: bool) -> results.Code:
    """A code from its row, as it stands at `now`; with its text if `is_told` and its key is still there."""
    limits = limits_of(row)
    has_key = row["key_fingerprint"] in texts.fingerprints
    status = "revoked" if row["revoked_at"] else limits.standing(now) if has_key else "key_removed"
    return results.Code(
        text=texts.text(row["kind"], row["number"], row["key_fingerprint"]) if is_told else None,
        value=_credits(row["value"]),
        used=from_hundredths(row["used"]),
        remaining=_credits(limits.remaining),
        status=status,
        **{name: row[name] for name in _SHOWN},
    )


def _credits(amount: int | None) -> Decimal | None:
    return None if amount is None else from_hundredths(amount)
