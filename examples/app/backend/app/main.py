"""The HTTP service: `uvicorn app.main:app --host 0.0.0.0 --port 8000`.

uvicorn ends as ECS asks it to: at SIGTERM it takes no new connections, finishes what it is answering, and closes the pools.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

import redis
from fastapi import APIRouter, FastAPI, Header, HTTPException, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from app import database, logs, metrics, tokens
from app.database import Item, Order
from app.settings import Settings, read

ORDERS = "orders"
"""The list in the cache that the worker takes orders from."""
_CACHED_SECONDS = 30
_log = logging.getLogger("app")


class NewItem(BaseModel, extra="forbid"):
    """What a new item needs."""

    name: str = Field(min_length=1, max_length=200)
    cents: int = Field(gt=0, le=10_000_000)


class NewOrder(BaseModel, extra="forbid"):
    """What a new order needs."""

    item_id: int


class Login(BaseModel, extra="forbid"):
    """Who signs in. A real application checks a password here."""

    user: str = Field(min_length=1, max_length=100)


class Shop:
    """The answers, over one database pool and one cache."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._engine = database.engine(settings.database_url)
        self._cache = redis.Redis.from_url(
            settings.cache_url, socket_timeout=2, socket_connect_timeout=2, decode_responses=True
        )

    @asynccontextmanager
    async def life(self, _: FastAPI) -> AsyncIterator[None]:
        """Say when it starts, and close what is open when it ends."""
        _log.info("started, version %s", self._settings.version)
        yield
        self._engine.dispose()
        self._cache.close()
        _log.info("stopped")

    def routes(self) -> APIRouter:
        """Return where each question is asked."""
        router = APIRouter()
        for path in ("/health", "/api/health"):
            router.add_api_route(path, self.health)
        router.add_api_route("/api/session", self.sign_in, methods=["POST"])
        router.add_api_route("/api/me", self.me)
        router.add_api_route("/api/items", self.items)
        router.add_api_route("/api/items", self.add, methods=["POST"], status_code=HTTPStatus.CREATED)
        router.add_api_route("/api/orders", self.order, methods=["POST"], status_code=HTTPStatus.ACCEPTED)
        router.add_api_route("/api/popular", self.popular)
        return router

    def health(self) -> dict[str, str]:
        """Well only if the database answers: a task that cannot reach it should get no requests."""
        try:
            with self._engine.connect() as connection:
                connection.execute(text("select 1"))
        except SQLAlchemyError as error:
            _log.warning("the database does not answer: %s", type(error).__name__)
            raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, "the database does not answer") from error
        return {"status": "ok", "version": self._settings.version}

    def sign_in(self, login: Login) -> dict[str, str]:
        """Give a token."""
        return {"token": tokens.issue(self._settings, login.user)}

    def me(self, authorization: str = Header("")) -> dict[str, str]:
        """Tell whose token it is."""
        return {"user": self._whose(authorization)}

    def items(self) -> list[dict[str, str | int]]:
        """List what there is to buy."""
        with Session(self._engine) as session:
            found = session.scalars(select(Item).order_by(Item.id))
            return [{"id": item.id, "name": item.name, "cents": item.cents} for item in found]

    def add(self, new: NewItem, authorization: str = Header("")) -> dict[str, int]:
        """Offer something."""
        self._whose(authorization)
        try:
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                item = Item(name=new.name, cents=new.cents)
                session.add(item)
        except IntegrityError as error:
            raise HTTPException(HTTPStatus.CONFLICT, "there is one of that name") from error
        return {"id": item.id}

    def order(self, new: NewOrder, authorization: str = Header("")) -> dict[str, int]:
        """Buy something; the worker ships it."""
        buyer = self._whose(authorization)
        try:
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                placed = Order(item_id=new.item_id, buyer=buyer)
                session.add(placed)
        except IntegrityError as error:
            raise HTTPException(HTTPStatus.NOT_FOUND, "there is no such item") from error
        self._cache.rpush(ORDERS, placed.id)
        metrics.count("OrdersPlaced")
        return {"id": placed.id}

    def popular(self) -> dict[str, str]:
        """Tell the most bought item, kept in the cache; a cache that is away makes it slower, not wrong."""
        try:
            if known := self._cache.get("popular"):
                return {"name": str(known)}
        except redis.RedisError:
            _log.warning("the cache does not answer")
        bought = select(Item.name).join(Order, Order.item_id == Item.id).group_by(Item.name)
        with Session(self._engine) as session:
            name = session.scalar(bought.order_by(func.count().desc(), Item.name).limit(1)) or ""
        try:
            self._cache.set("popular", name, ex=_CACHED_SECONDS)
        except redis.RedisError:
            _log.warning("the cache does not answer")
        return {"name": name}

    def _whose(self, authorization: str) -> str:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise HTTPException(HTTPStatus.UNAUTHORIZED, "no bearer token")
        try:
            name = tokens.user(self._settings, token)
        except tokens.InvalidTokenError as error:
            raise HTTPException(HTTPStatus.UNAUTHORIZED, str(error)) from error
        logs.user_id.set(name)
        return name


def create(settings: Settings) -> FastAPI:
    """Return the application."""
    logs.configure(settings.service, settings.log_level)
    shop = Shop(settings)
    app = FastAPI(title="storefront", version=settings.version, lifespan=shop.life, docs_url=None, redoc_url=None)
    app.include_router(shop.routes())
    app.middleware("http")(_recorded)
    return app


async def _recorded(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """Write a line for each request. The balancer asks for the health every few seconds; only a bad answer to it is worth one."""
    began = time.perf_counter()
    logs.request_id.set(request.headers.get("x-amzn-trace-id") or str(uuid.uuid4()))
    response = await answer(request)
    took = round((time.perf_counter() - began) * 1000, 1)
    if not request.url.path.endswith("/health") or response.status_code >= HTTPStatus.BAD_REQUEST:
        _log.info("%s %s %s", request.method, request.url.path, response.status_code, extra={"duration_ms": took})
    response.headers["x-request-id"] = logs.request_id.get()
    return response


def __getattr__(name: str) -> FastAPI:
    """Make `app` when a server asks for it: importing this module for its parts reads no environment."""
    if name == "app":
        return create(read())
    raise AttributeError(name)
