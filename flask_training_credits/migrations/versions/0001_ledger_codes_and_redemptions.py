"""Ledger, codes and redemptions."""

import sqlalchemy as sa
from alembic import op

from flask_training_credits.migrations import columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision; there is no way back, a ledger is restored from its backup."""
    op.create_table(
        "training_credits_credit_types",
        sa.Column("key", columns.text_key(64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("validity_months", sa.Integer(), nullable=True),
        sa.Column("validity_from", sa.String(length=8), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("deadline", sa.String(length=8), nullable=False),
        sa.Column("applies_to", columns.long_text(), nullable=False),
        sa.Column("home_country_for", columns.long_text(), nullable=False),
        sa.Column("sale_countries", columns.long_text(), nullable=True),
        sa.Column("unit_values", columns.long_text(), nullable=False),
        sa.Column("packs", columns.long_text(), nullable=False),
        sa.Column("cancellation", columns.long_text(), nullable=False),
        sa.Column("reschedule", columns.long_text(), nullable=True),
        sa.Column("extendable", sa.Boolean(), nullable=False),
        sa.Column("transferable", sa.Boolean(), nullable=False),
        sa.Column("refundable", sa.Boolean(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=True),
        sa.Column("terms_url", sa.String(length=2000), nullable=True),
        sa.Column("terms_version", sa.String(length=64), nullable=True),
        sa.Column("policy_url", sa.String(length=2000), nullable=True),
        sa.Column("datasheet_url", sa.String(length=2000), nullable=True),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.CheckConstraint(
            "deadline IN ('booked', 'begun', 'attended')", name=op.f("ck_training_credits_credit_types_deadline")
        ),
        sa.CheckConstraint(
            "validity_from IN ('order', 'start', 'issue')", name=op.f("ck_training_credits_credit_types_from")
        ),
        sa.CheckConstraint(
            "validity_months IS NULL OR validity_months >= 0", name=op.f("ck_training_credits_credit_types_validity")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_training_credits_credit_types")),
    )
    op.create_table(
        "training_credits_idempotency",
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", columns.long_text(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_training_credits_idempotency")),
    )
    with op.batch_alter_table("training_credits_idempotency", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_credits_idempotency_age"), ["created_at"], unique=False)

    op.create_table(
        "training_credits_outbox",
        sa.Column("id", columns.text_key(32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("account_id", columns.text_key(32), nullable=True),
        sa.Column("account_version", sa.BigInteger(), nullable=True),
        sa.Column("subject_id", columns.text_key(32), nullable=False),
        sa.Column("data", columns.long_text(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("done_at", columns.instant(), nullable=True),
        sa.Column("leased_until", columns.instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_credits_outbox")),
    )
    with op.batch_alter_table("training_credits_outbox", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_training_credits_outbox_account"), ["account_id", "account_version"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_training_credits_outbox_pending"), ["done_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_training_credits_outbox_subject"), ["subject_id"], unique=False)

    op.create_table(
        "training_credits_accounts",
        sa.Column("id", columns.text_key(32), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("parent_id", columns.text_key(32), nullable=True),
        sa.Column("credit_type", columns.text_key(64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("contact", sa.String(length=255), nullable=True),
        sa.Column("mail_domains", columns.long_text(), nullable=True),
        sa.Column("benefits", columns.long_text(), nullable=True),
        sa.Column("approval_policy", columns.long_text(), nullable=True),
        sa.Column("frozen_at", columns.instant(), nullable=True),
        sa.Column("frozen_reason", sa.String(length=1000), nullable=True),
        sa.Column("available", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("terms", sa.Integer(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.CheckConstraint("kind IN ('company', 'individual', 'team')", name=op.f("ck_training_credits_accounts_kind")),
        sa.CheckConstraint("available >= 0 AND held >= 0", name=op.f("ck_training_credits_accounts_balances")),
        sa.CheckConstraint("version >= 0", name=op.f("ck_training_credits_accounts_version")),
        sa.ForeignKeyConstraint(
            ["credit_type"],
            ["training_credits_credit_types.key"],
            name=op.f("fk_training_credits_accounts_credit_type"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["training_credits_accounts.id"], name=op.f("fk_training_credits_accounts_parent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_credits_accounts")),
    )
    with op.batch_alter_table("training_credits_accounts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_credits_accounts_parent"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_training_credits_accounts_type"), ["credit_type", "id"], unique=False)

    op.create_table(
        "training_credits_codes",
        sa.Column("id", columns.text_key(32), nullable=False),
        sa.Column("account_id", columns.text_key(32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("key_fingerprint", sa.String(length=16), nullable=False),
        sa.Column("last_four", sa.String(length=4), nullable=False),
        sa.Column("label", sa.String(length=255), nullable=True),
        sa.Column("tracking_id", sa.String(length=255), nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("funding", sa.String(length=8), nullable=False),
        sa.Column("starts_at", columns.instant(), nullable=True),
        sa.Column("expires_at", columns.instant(), nullable=True),
        sa.Column("max_redemptions", sa.Integer(), nullable=True),
        sa.Column("per_learner", sa.Integer(), nullable=True),
        sa.Column("offering_ids", columns.long_text(), nullable=True),
        sa.Column("kinds", columns.long_text(), nullable=True),
        sa.Column("deliveries", columns.long_text(), nullable=True),
        sa.Column("learners", columns.long_text(), nullable=True),
        sa.Column("access_days", sa.Integer(), nullable=True),
        sa.Column("access_ends_with_code", sa.Boolean(), nullable=False),
        sa.Column("revoked_at", columns.instant(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.Column("created_by", columns.text_key(255), nullable=False),
        sa.CheckConstraint("funding IN ('shared', 'reserved')", name=op.f("ck_training_credits_codes_funding")),
        sa.CheckConstraint("kind IN ('code', 'passkey')", name=op.f("ck_training_credits_codes_kind")),
        sa.CheckConstraint("used >= 0 AND uses >= 0", name=op.f("ck_training_credits_codes_used")),
        sa.CheckConstraint(
            "value IS NULL OR (value >= 0 AND used <= value)", name=op.f("ck_training_credits_codes_value")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["training_credits_accounts.id"], name=op.f("fk_training_credits_codes_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_credits_codes")),
        sa.UniqueConstraint("number", name=op.f("uq_training_credits_codes_number")),
    )
    with op.batch_alter_table("training_credits_codes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_training_credits_codes_account"), ["account_id", "kind", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_training_credits_codes_fingerprint"), ["key_fingerprint"], unique=False)

    op.create_table(
        "training_credits_lots",
        sa.Column("id", columns.text_key(32), nullable=False),
        sa.Column("account_id", columns.text_key(32), nullable=False),
        sa.Column("parent_id", columns.text_key(32), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("available", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("expired", sa.BigInteger(), nullable=False),
        sa.Column("revoked", sa.BigInteger(), nullable=False),
        sa.Column("moved", sa.BigInteger(), nullable=False),
        sa.Column("shortfall", sa.BigInteger(), nullable=False),
        sa.Column("drained", sa.Boolean(), nullable=False),
        sa.Column("starts_at", columns.instant(), nullable=False),
        sa.Column("expires_at", columns.instant(), nullable=True),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("order_reference", sa.String(length=255), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("promotional", sa.Boolean(), nullable=False),
        sa.Column("paid", columns.long_text(), nullable=True),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.CheckConstraint(
            "source IN ('order', 'grant', 'transfer', 'grace')", name=op.f("ck_training_credits_lots_source")
        ),
        sa.CheckConstraint(
            "(drained AND available = 0) OR (NOT drained AND available > 0)",
            name=op.f("ck_training_credits_lots_drained"),
        ),
        sa.CheckConstraint(
            "amount = available + held + spent + expired + revoked + moved", name=op.f("ck_training_credits_lots_law")
        ),
        sa.CheckConstraint(
            "amount >= 0 AND available >= 0 AND held >= 0 AND spent >= 0 AND expired >= 0 AND revoked >= 0 AND "
            "moved >= 0 AND shortfall >= 0",
            name=op.f("ck_training_credits_lots_counters"),
        ),
        sa.CheckConstraint(
            "expires_at IS NULL OR expires_at > starts_at", name=op.f("ck_training_credits_lots_window")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["training_credits_accounts.id"], name=op.f("fk_training_credits_lots_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_credits_lots")),
    )
    with op.batch_alter_table("training_credits_lots", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_credits_lots_account"), ["account_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_training_credits_lots_expiry"), ["drained", "expires_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_training_credits_lots_paying"), ["account_id", "drained", "expires_at"], unique=False
        )

    op.create_table(
        "training_credits_members",
        sa.Column("id", columns.text_key(32), nullable=False),
        sa.Column("account_id", columns.text_key(32), nullable=False),
        sa.Column("user_id", columns.text_key(255), nullable=True),
        sa.Column("email", columns.text_key(255), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.CheckConstraint(
            "role IN ('owner', 'approver', 'member', 'viewer')", name=op.f("ck_training_credits_members_role")
        ),
        sa.CheckConstraint("user_id IS NOT NULL OR email IS NOT NULL", name=op.f("ck_training_credits_members_who")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["training_credits_accounts.id"], name=op.f("fk_training_credits_members_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_credits_members")),
        sa.UniqueConstraint("account_id", "email", name=op.f("uq_training_credits_members_email")),
        sa.UniqueConstraint("account_id", "user_id", name=op.f("uq_training_credits_members_user")),
    )
    with op.batch_alter_table("training_credits_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_credits_members_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_training_credits_members_user"), ["user_id"], unique=False)

    op.create_table(
        "training_credits_transactions",
        sa.Column("id", columns.text_key(32), nullable=False),
        sa.Column("account_id", columns.text_key(32), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("available_after", sa.BigInteger(), nullable=False),
        sa.Column("held_after", sa.BigInteger(), nullable=False),
        sa.Column("effective_at", columns.instant(), nullable=False),
        sa.Column("recorded_at", columns.instant(), nullable=False),
        sa.Column("actor", columns.text_key(255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("redemption_id", columns.text_key(32), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "available_after >= 0 AND held_after >= 0", name=op.f("ck_training_credits_transactions_after")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["training_credits_accounts.id"], name=op.f("fk_training_credits_transactions_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_credits_transactions")),
        sa.UniqueConstraint("account_id", "version", name=op.f("uq_training_credits_transactions_version")),
    )
    with op.batch_alter_table("training_credits_transactions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_training_credits_transactions_redemption"), ["redemption_id"], unique=False
        )

    op.create_table(
        "training_credits_entries",
        sa.Column("transaction_id", columns.text_key(32), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lot_id", columns.text_key(32), nullable=False),
        sa.Column("bucket", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "bucket IN ('source', 'available', 'held', 'spent', 'expired', 'revoked', 'moved')",
            name=op.f("ck_training_credits_entries_bucket"),
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["training_credits_lots.id"], name=op.f("fk_training_credits_entries_lot_id")
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["training_credits_transactions.id"],
            name=op.f("fk_training_credits_entries_transaction_id"),
        ),
        sa.PrimaryKeyConstraint("transaction_id", "line", name=op.f("pk_training_credits_entries")),
    )
    with op.batch_alter_table("training_credits_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_credits_entries_lot"), ["lot_id"], unique=False)

    op.create_table(
        "training_credits_kept_codes",
        sa.Column("id", columns.text_key(32), nullable=False),
        sa.Column("user_id", columns.text_key(255), nullable=False),
        sa.Column("code_id", columns.text_key(32), nullable=False),
        sa.Column("created_at", columns.instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["code_id"], ["training_credits_codes.id"], name=op.f("fk_training_credits_kept_codes_code_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_credits_kept_codes")),
        sa.UniqueConstraint("user_id", "code_id", name=op.f("uq_training_credits_kept_codes")),
    )
    op.create_table(
        "training_credits_redemptions",
        sa.Column("id", columns.text_key(32), nullable=False),
        sa.Column("order_id", columns.text_key(32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("placed_by", columns.text_key(255), nullable=False),
        sa.Column("user_id", columns.text_key(255), nullable=False),
        sa.Column("account_id", columns.text_key(32), nullable=False),
        sa.Column("code_id", columns.text_key(32), nullable=True),
        sa.Column("offering_id", columns.text_key(255), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("offering", columns.long_text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("slot", sa.String(length=64), nullable=True),
        sa.Column("requested_at", columns.instant(), nullable=False),
        sa.Column("deadline", columns.instant(), nullable=True),
        sa.Column("decided_at", columns.instant(), nullable=True),
        sa.Column("decided_by", columns.text_key(255), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("access_expires_at", columns.instant(), nullable=True),
        sa.Column("access_ended_at", columns.instant(), nullable=True),
        sa.Column("cancellation", columns.long_text(), nullable=False),
        sa.Column("lots", columns.long_text(), nullable=False),
        sa.Column("receipt", columns.long_text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'completed', 'fulfilling', 'declined', 'withdrawn', 'lapsed', 'cancelled')",
            name=op.f("ck_training_credits_redemptions_state"),
        ),
        sa.CheckConstraint(
            "amount >= 0 AND refunded >= 0 AND refunded <= amount AND quantity >= 1",
            name=op.f("ck_training_credits_redemptions_amounts"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["training_credits_accounts.id"], name=op.f("fk_training_credits_redemptions_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["code_id"], ["training_credits_codes.id"], name=op.f("fk_training_credits_redemptions_code_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_credits_redemptions")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_training_credits_redemptions_order")),
        sa.UniqueConstraint("slot", name=op.f("uq_training_credits_redemptions_slot")),
    )
    with op.batch_alter_table("training_credits_redemptions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_credits_redemptions_account"), ["account_id", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_training_credits_redemptions_buyer"), ["placed_by", "order_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_training_credits_redemptions_code"), ["code_id", "user_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_training_credits_redemptions_offering"), ["user_id", "offering_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_training_credits_redemptions_user"), ["user_id", "id"], unique=False)

    op.create_table(
        "training_credits_reservations",
        sa.Column("code_id", columns.text_key(32), nullable=False),
        sa.Column("lot_id", columns.text_key(32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_training_credits_reservations_amount")),
        sa.ForeignKeyConstraint(
            ["code_id"], ["training_credits_codes.id"], name=op.f("fk_training_credits_reservations_code_id")
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["training_credits_lots.id"], name=op.f("fk_training_credits_reservations_lot_id")
        ),
        sa.PrimaryKeyConstraint("code_id", "lot_id", name=op.f("pk_training_credits_reservations")),
    )
    with op.batch_alter_table("training_credits_reservations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_credits_reservations_lot"), ["lot_id"], unique=False)
