"""The log router: its image, and its name and ports in the task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import limits
from settings.checks import container
from settings.model import LogRouter, Service, Settings
from settings.problems import Place, Problem, at


def problems(settings: Settings, place: Sequence[str], service: Service, router: LogRouter) -> Iterator[Problem]:
    """Check that a log router can be had, and that nothing in the task is called like it or listens where it does."""
    where = [*place, "logRouter"]
    yield from container.image_problems(settings, where, router, service)
    if router.image.build:
        yield at([*where, "image", "build"], "a router's image is not built here: give its tag, digest or uri")
    if router.image.credentials:
        yield at([*where, "image", "credentials"], "a router's image is public: leave them out, or push it to ECR")
    for key in (place[-1], *service.sidecars):
        if key == limits.LOG_ROUTER:
            yield at(where, f"its container is called {key!r} too: choose another name for that of the service", place)
    ports: list[tuple[Place, int | None]] = [([*place, "port"], service.port)]
    ports += [([*place, "sidecars", name, "port"], sidecar.port) for name, sidecar in service.sidecars.items()]
    for listening, port in ports:
        if port in limits.LOG_ROUTER_PORTS:
            yield at(listening, f"{port} is what the log router listens on: choose another", where)
