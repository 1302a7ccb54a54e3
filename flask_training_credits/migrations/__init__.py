"""The history of our tables, apart from the host's own: our revisions, noted in our own version table."""

from .running import SchemaMismatch, stamp, upgrade
from .scripts import head_revision
from .state import current_revision, differences, missing_tables
from .tables import copy_tables, is_ours, table_names

__all__ = [
    "SchemaMismatch",
    "copy_tables",
    "current_revision",
    "differences",
    "head_revision",
    "is_ours",
    "missing_tables",
    "stamp",
    "table_names",
    "upgrade",
]
