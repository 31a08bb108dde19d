"""The database: one pool a process, small, and quick to notice that a password or an instance changed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Engine, ForeignKey, create_engine, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

POOL = 5
"""Connections a process keeps; times processes and tasks it must stay below the database's limit."""


class Base(DeclarativeBase):
    """What the migrations make."""


class Item(Base):
    """Something to buy."""

    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    cents: Mapped[int]


class Order(Base):
    """Somebody bought something."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    buyer: Mapped[str]
    placed_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    shipped_at: Mapped[dt.datetime | None]


def engine(url: str) -> Engine:
    """Return the engine for a URL as the stack composes it, whose scheme is postgresql or postgres."""
    address = url.split("://", 1)[1]
    # A connection is tried before it is lent and replaced after half an hour: so a failover and a rotated password heal.
    return create_engine(
        f"postgresql+psycopg://{address}",
        pool_size=POOL,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args={"connect_timeout": 3, "options": "-c statement_timeout=15000"},
    )
