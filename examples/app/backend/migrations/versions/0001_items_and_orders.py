"""Items and orders."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "items",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False, unique=True),
        sa.Column("cents", sa.Integer, nullable=False),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("item_id", sa.Integer, sa.ForeignKey("items.id"), nullable=False),
        sa.Column("buyer", sa.String, nullable=False),
        sa.Column("placed_at", sa.DateTime, nullable=False, server_default=sa.func.now()),
        sa.Column("shipped_at", sa.DateTime),
    )
    op.create_index("ix_orders_item_id", "orders", ["item_id"])


def downgrade() -> None:
    """Take both tables away, and what they hold."""
    op.drop_table("orders")
    op.drop_table("items")
