"""Ships orders: takes them from the cache's list one by one, and finishes the one at hand before it ends (SIGTERM)."""

from __future__ import annotations

import datetime as dt
import logging
import signal
import threading

import redis
from sqlalchemy import Engine, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import database, logs, metrics
from app.database import Order
from app.main import ORDERS
from app.settings import read

_TAKEN = f"{ORDERS}:taken"
"""What a worker is at; one that dies leaves its order here, and the next start puts it back."""
_WAIT_SECONDS = 2
_log = logging.getLogger("app.worker")


def ship(engine: Engine, order_id: int) -> None:
    """Ship an order; to do it twice changes nothing."""
    with Session(engine) as session, session.begin():
        now = dt.datetime.now(tz=dt.UTC).replace(tzinfo=None)
        session.execute(update(Order).where(Order.id == order_id, Order.shipped_at.is_(None)).values(shipped_at=now))


def work(engine: Engine, cache: redis.Redis, stop: threading.Event) -> None:
    """Take orders until asked to stop. Each failure counts 1 and each success 0 in the metric OrdersFailed."""
    while moved := cache.lmove(_TAKEN, ORDERS, "RIGHT", "LEFT"):
        _log.info("order %s was left by a worker before", moved)
    while not stop.is_set():
        try:
            found = cache.blmove(ORDERS, _TAKEN, _WAIT_SECONDS, "LEFT", "RIGHT")
        except redis.RedisError:
            _log.warning("the cache does not answer")
            stop.wait(_WAIT_SECONDS)
            continue
        if found is None:
            continue
        taken = str(found)
        try:
            ship(engine, int(taken))
        except SQLAlchemyError:
            _log.exception("order %s could not be shipped", taken)
            metrics.count("OrdersFailed", 1)
            cache.lmove(_TAKEN, ORDERS, "RIGHT", "RIGHT")
            stop.wait(_WAIT_SECONDS)
            continue
        cache.lrem(_TAKEN, 1, taken)
        metrics.count("OrdersFailed", 0)
        _log.info("order %s is shipped", taken)
    _log.info("stopped")


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    settings = read()
    logs.configure("worker", settings.log_level)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    cache = redis.Redis.from_url(settings.cache_url, socket_timeout=10, decode_responses=True)
    work(database.engine(settings.database_url), cache, stop)


if __name__ == "__main__":
    main()
