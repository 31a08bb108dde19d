"""Queues: who uses them and reaches them, and services that follow what waits in one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import limits
from settings import derived
from settings.model import Service, Settings
from settings.problems import Place, Problem, at


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    for key, queue in settings.queues.items():
        if queue.content_deduplication and not queue.fifo:
            yield at(["queues", key, "contentDeduplication"], "goes with fifo: true alone", ["queues", key, "fifo"])
    for key, service in settings.services.items():
        yield from _used(settings, ["services", key], service)
        yield from _scaled(settings, ["services", key], service)


def _used(settings: Settings, place: Sequence[str], service: Service) -> Iterator[Problem]:
    """Check that a service names queues that there are, each once, and gets to SQS."""
    known = list(settings.queues)
    for what, names in (("sends", service.sends), ("receives", service.receives)):
        for index, name in enumerate(names):
            where: Place = [*place, what, index]
            if name not in known:
                yield at(
                    where,
                    f"{limits.short(name)} is no queue of this stack{limits.meant(name, known)}; declare it in slipway:queues",
                    ["queues"],
                    ["queues", "*"],
                )
            elif name in names[:index]:
                yield at(where, f"{name} is there already")
    if (service.sends or service.receives) and not _reaches(settings, service):
        yield at(
            [*place, "sends" if service.sends else "receives"],
            "is out of the tasks' reach: add sqs to network.endpoints, or let them out to HTTPS anywhere, through NAT",
            ["network", "nat"],
            ["network", "tasks"],
            ["network", "endpoints", "*"],
            [*place, "egress", "*"],
        )


_HTTPS = 443


def _reaches(settings: Settings, service: Service) -> bool:
    out = any(egress.port == _HTTPS and egress.cidr == "0.0.0.0/0" for egress in service.egress)
    return "sqs" in settings.network.endpoints or (derived.tasks_reach_out(settings) and out)


def _scaled(settings: Settings, place: Sequence[str], service: Service) -> Iterator[Problem]:
    """Check that a service that follows a queue works on it, alone decides how many tasks it has, and can be counted."""
    follows = service.scaling.queue if service.scaling else None
    if service.scaling is None or follows is None:
        return
    where: Place = [*place, "scaling", "queue"]
    if follows.name not in service.receives:
        yield at(
            [*where, "name"],
            f"{limits.short(follows.name)} is not among what this service receives{limits.meant(follows.name, list(service.receives))}: "
            "more tasks would not work on it",
            [*place, "receives", "*"],
        )
    if settings.cluster.container_insights == "disabled":
        yield at(
            where,
            "the number of running tasks is known by Container Insights alone: choose enabled",
            ["cluster", "containerInsights"],
        )
    if service.tasks.min == 0 and service.scaling.steps:
        yield at(
            [*place, "scaling", "steps"],
            "would add and remove tasks against the queue: leave steps out, or keep tasks.min above 0",
            [*place, "tasks", "min"],
            where,
        )


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what is legal but unwise: queues that fill for nobody, or that nobody fills."""
    services = settings.services.values()
    for key in settings.queues:
        place: Place = ["queues", key]
        if not any(key in service.receives for service in services):
            yield at(place, "no service receives from it: messages wait until they are lost")
        elif not any(key in service.sends for service in services):
            yield at(place, "no service of this stack sends to it")
    for key, service in settings.services.items():
        waits = [settings.queues[name].visibility_seconds for name in service.receives if name in settings.queues]
        if waits and min(waits) < service.stop_seconds:
            yield at(
                ["services", key, "stopSeconds"],
                f"{service.stop_seconds} s are longer than a message of its queue is hidden, {min(waits)} s: another task gets it while this one still works",
            )
