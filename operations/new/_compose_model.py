"""The shape of a service in a compose file, as far as it is read. Whatever else stands there is let through, and told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

import limits

Scalar = str | int | float | bool
Words = Scalar | Sequence[Scalar] | None


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)


class _Build(_Part):
    context: str = "."
    dockerfile: str | None = None
    target: Scalar | None = None


class _Port(_Part):
    target: int | str


class _EnvironmentFile(_Part):
    path: str


class _HealthCheck(_Part):
    test: str | Sequence[Scalar] | None = None
    retries: Annotated[int, Field(ge=0)] | None = None
    disable: bool = False


class _Dependency(_Part):
    condition: str = ""


class _Limits(_Part):
    cpus: Scalar | None = None
    memory: Scalar | None = None


class _Resources(_Part):
    limits: _Limits | None = None


class _Deploy(_Part):
    replicas: Annotated[int, Field(ge=0)] | None = None
    resources: _Resources | None = None


class _Volume(_Part):
    source: str = ""
    target: str = ""


class _Extends(_Part):
    service: str


class _ComposeService(_Part):
    image: str | None = None
    build: str | _Build | None = None
    command: Words = None
    entrypoint: Words = None
    environment: Mapping[str, Scalar | None] | Sequence[str] | None = None
    env_file: str | Sequence[str | _EnvironmentFile] | None = None
    ports: Sequence[int | str | _Port] | None = None
    healthcheck: _HealthCheck | None = None
    depends_on: Mapping[str, _Dependency] | Sequence[str] | None = None
    deploy: _Deploy | None = None
    user: Scalar | None = None
    volumes: Sequence[str | _Volume] | None = None
    profiles: Sequence[str] | None = None
    extends: str | _Extends | None = None
    scale: int | None = None


def mistakes(service: object) -> Iterator[str]:
    """Yield what of a service is not what Compose takes, each with its place."""
    try:
        _ComposeService.model_validate(service)
    except ValidationError as error:
        # A value that fits none of several shapes is told once.
        for place, value in dict(_found(one["loc"], service) for one in error.errors(include_url=False)).items():
            yield f"{place}{': ' if place else ''}Compose takes no {limits.short(str(value))} here"


def _found(location: Sequence[int | str], document: object) -> tuple[str, object]:
    """Return a place and what stands there; the names of the shapes that were tried are no part of the place."""
    place: list[str] = []
    for part in location:
        inside = dict(enumerate(document)) if isinstance(document, list) else document
        if isinstance(inside, Mapping) and part in inside:
            document = inside[part]
            place.append(str(part))
    return ".".join(place), document
