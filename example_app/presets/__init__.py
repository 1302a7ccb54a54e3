"""Programs the academy can show: one module each, chosen by the setting `EXAMPLE_PRESET`."""

from __future__ import annotations

from collections.abc import Mapping

from . import training_credits
from .base import PERSONAS, AccountSeed, CodeSeed, LotSeed, Persona, Preset, ProductSeed, PurchaseSeed

PRESETS: Mapping[str, Preset] = {preset.key: preset for preset in (training_credits.PRESET,)}

__all__ = [
    "PERSONAS",
    "PRESETS",
    "AccountSeed",
    "CodeSeed",
    "LotSeed",
    "Persona",
    "Preset",
    "ProductSeed",
    "PurchaseSeed",
]
