"""Telemetry: the collector's place in each task, its image, and its way to where it sends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

import limits
from settings import derived
from settings.checks import container
from settings.model import Service, Settings, Telemetry
from settings.problems import Place, Problem, at, found

_HTTPS: Final = 443
_ANYWHERE: Final = "0.0.0.0/0"


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    telemetry, place = settings.telemetry, ["telemetry"]
    if telemetry is None:
        return
    if not settings.services:
        yield at(place, "there is no service for a collector to stand beside: add slipway:services", ["services"])
    for index, key in enumerate(telemetry.services):
        if key not in settings.services:
            known = limits.listed(list(settings.services)) if settings.services else "there is none"
            yield at(
                [*place, "services", index],
                f"there is no service {key}; slipway:services: {known}",
                ["services", "*"],
            )
        elif key in telemetry.services[:index]:
            yield at([*place, "services", index], f"{key} is in the list already")
    yield from _headers(settings, telemetry)
    yield from _image(settings, telemetry)
    for key, service in settings.services.items():
        if derived.is_observed(settings, key):
            yield from _inside(settings, key, service)
            yield from _reach(settings, telemetry, key, service)


def _headers(settings: Settings, telemetry: Telemetry) -> Iterator[Problem]:
    place = ["telemetry", "headers"]
    if telemetry.headers and telemetry.endpoint is None:
        yield at(
            place, "are sent to an endpoint of your own alone: leave them out, or give it", ["telemetry", "endpoint"]
        )
    for name, reference in telemetry.headers.items():
        yield from container.secret_problems(settings, [*place, name], reference, ())


def _image(settings: Settings, telemetry: Telemetry) -> Iterator[Problem]:
    """Check the image once, as seen from the first service that cannot have it."""
    image, where = telemetry.image, ("telemetry", "image")
    if image.build:
        yield at([*where, "build"], "a collector's image is not built here: give its tag, digest or uri")
    for key, service in settings.services.items():
        if derived.is_observed(settings, key):
            told = list(container.image_problems(settings, ["telemetry"], telemetry, service))
            if told:
                yield from told
                return


def _inside(settings: Settings, key: str, service: Service) -> Iterator[Problem]:
    """Check that nothing else in the task is called like the collector or listens where it does."""
    place: Place = ["services", key]
    for name in (key, *service.sidecars):
        if name == limits.COLLECTOR:
            yield at(["telemetry"], f"its container is called {name!r} too: choose another name", place)
    ports: list[tuple[Place, int | None]] = [([*place, "port"], service.port)]
    ports += [([*place, "sidecars", name, "port"], sidecar.port) for name, sidecar in service.sidecars.items()]
    for listening, port in ports:
        if port in limits.COLLECTOR_PORTS:
            yield at(listening, f"{port} is what the collector listens on: choose another", ["telemetry"])
    if group := derived.metrics_log_group(settings, key, service):
        yield from found([*place, "logGroup"], limits.log_group_name(group), ["telemetry", "metrics"])


def _reach(settings: Settings, telemetry: Telemetry, key: str, service: Service) -> Iterator[Problem]:
    """Check that the collector gets to where it sends, which the service's own security group decides."""
    about: list[Place] = [["network", "nat"], ["network", "tasks"], ["services", key, "egress", "*"]]
    if telemetry.endpoint:
        port = urlsplit(telemetry.endpoint).port or _HTTPS
        if not derived.tasks_reach_out(settings) or not _lets_out(service, port):
            yield at(
                ["telemetry", "endpoint"],
                f"is out of reach of services.{key}: let it out to port {port} by its egress, through NAT",
                *about,
            )
        return
    needed = ["xray", *(["logs"] if telemetry.metrics else [])]
    missing = [name for name in needed if name not in settings.network.endpoints]
    out = derived.tasks_reach_out(settings) and _lets_out(service, _HTTPS, _ANYWHERE)
    if missing and not out and settings.network.existing is None:
        yield at(
            ["telemetry"],
            f"services.{key} has no way to X-Ray{' and CloudWatch' if telemetry.metrics else ''}: "
            f"add {limits.listed(missing)} to network.endpoints, or let it out to HTTPS anywhere, through NAT",
            ["network", "endpoints", "*"],
            *about,
        )


def _lets_out(service: Service, port: int, cidr: str | None = None) -> bool:
    return any(egress.port == port and cidr in (None, egress.cidr) for egress in service.egress)
