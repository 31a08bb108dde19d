"""What the process is told by its environment: all of it read once, everything that is missing named at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


class MissingSettingsError(Exception):
    """Variables are not set; the text names each."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The environment's variables. Secrets come from Secrets Manager through the task definition, never from a file."""

    service: str
    """Which process this is, api or worker: `SERVICE`."""
    database_url: str
    """`DATABASE_URL`, a PostgreSQL URL as the stack composes it, with sslmode=require."""
    cache_url: str
    """`REDIS_URL` or `CACHE_URL`, whose scheme is rediss for TLS."""
    session_key: str
    """`SESSION_KEY`, signs tokens; 32 bytes or more."""
    session_key_previous: str
    """`SESSION_KEY_PREVIOUS`, the key before: still accepted, never used to sign. Empty: none."""
    version: str
    """`APP_VERSION`, the image's tag."""
    log_level: str
    """`LOG_LEVEL`: INFO in production, DEBUG elsewhere."""
    environment: str
    """`APP_ENV`, prod unless said otherwise: nothing is kept on the file system there."""


def read(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings.

    Raises:
        MissingSettingsError: naming every variable that is not set.
    """
    cache_url = environ.get("REDIS_URL") or environ.get("CACHE_URL", "")
    needed = {
        "DATABASE_URL": environ.get("DATABASE_URL", ""),
        "REDIS_URL": cache_url,
        "SESSION_KEY": environ.get("SESSION_KEY", ""),
    }
    if missing := [name for name, value in needed.items() if not value]:
        raise MissingSettingsError(f"not set: {', '.join(missing)}")
    environment = environ.get("APP_ENV", "prod")
    return Settings(
        service=environ.get("SERVICE", "api"),
        database_url=needed["DATABASE_URL"],
        cache_url=cache_url,
        session_key=needed["SESSION_KEY"],
        session_key_previous=environ.get("SESSION_KEY_PREVIOUS", ""),
        version=environ.get("APP_VERSION", "unknown"),
        log_level=environ.get("LOG_LEVEL", "INFO" if environment.startswith("prod") else "DEBUG"),
        environment=environment,
    )
