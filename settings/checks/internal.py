"""Calls between services: names, ports, reach, and no circles."""

from __future__ import annotations

from collections.abc import Iterator

import limits
from settings.derived import internal_name
from settings.model import Internal, Settings
from settings.problems import Place, Problem, at


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    names: dict[str, str] = {}
    for key, service in settings.services.items():
        place: Place = ["services", key]
        if service.internal:
            where: Place = [*place, "internal"]
            name = internal_name(settings, key)
            first = names.setdefault(name, key)
            if first != key:
                yield at(
                    [*where, "name"],
                    f"{name!r} is also what services.{first} is called by; each needs its own",
                    ["services", first, "internal", "name"],
                )
            if service.port is None:
                yield at(where, "others call it at its port, and there is none: give port", [*place, "port"])
            if service.internal.protocol == "tcp" and service.internal.timeout_seconds is not None:
                yield at(
                    [*where, "timeoutSeconds"],
                    "is of requests, and tcp has none: leave it out, or choose another protocol",
                    [*where, "protocol"],
                )
            yield from _tls(settings, key, service.internal)
            if service.deployment.strategy != "rolling":
                yield at(
                    where,
                    f"{service.deployment.strategy} moves requests of the load balancer, not calls of other services: choose rolling",
                    [*place, "deployment", "strategy"],
                )
        yield from _calls(settings, key)
    yield from _circles(settings)


def _tls(settings: Settings, key: str, internal: Internal) -> Iterator[Problem]:
    """Check the authority whose certificates calls are encrypted with, and that nobody comes to the port without."""
    place: Place = ["services", key, "internal", "certificateAuthorityArn"]
    arn = internal.certificate_authority_arn
    if arn is None:
        return
    if (region := arn.split(":")[3]) != settings.aws.region:
        yield at(
            place,
            f"the authority is in {region}; ECS in {settings.aws.region} takes those of its own region",
            ["aws", "region"],
        )
    if settings.services[key].route:
        yield at(
            place,
            "the load balancer comes to the same port, without these certificates: leave it out, or take a service of its own for what others call",
            ["services", key, "route"],
        )


def _calls(settings: Settings, key: str) -> Iterator[Problem]:
    service = settings.services[key]
    known = [other for other, each in settings.services.items() if each.internal and other != key]
    for index, called in enumerate(service.calls):
        where: Place = ["services", key, "calls", index]
        if called not in settings.services:
            yield at(
                where,
                f"{limits.short(called)} is no service of this stack{limits.meant(called, known)}",
                ["services", "*"],
            )
        elif called == key:
            yield at(where, "a service does not call itself by it: take it out")
        elif settings.services[called].internal is None:
            yield at(
                where,
                f"services.{called} has no name that others call it by: give it internal: {{}}",
                ["services", called, "internal"],
            )
        elif called in service.calls[:index]:
            yield at(where, f"{called} is there already")


def _circles(settings: Settings) -> Iterator[Problem]:
    """Check that no services call each other: a task knows only of services that were there before it."""
    for key in settings.services:
        seen: list[str] = []
        ahead = [key]
        while ahead:
            service = settings.services.get(ahead.pop())
            for called in service.calls if service else ():
                if called not in seen:
                    seen.append(called)
                    ahead.append(called)
        if key in seen and key not in settings.services[key].calls and key == min([key, *_around(settings, key)]):
            others = limits.listed(_around(settings, key), "and")
            yield at(
                ["services", key, "calls"],
                f"calls lead back here by {others}: ECS lets a task reach only services that were deployed before it; "
                "let one direction go through the load balancer or a queue",
                *(["services", other, "calls", "*"] for other in [key, *_around(settings, key)]),
            )


def _around(settings: Settings, key: str) -> list[str]:
    """Return the other services of a circle, sorted."""

    def reached(start: str) -> set[str]:
        found: set[str] = set()
        ahead = [start]
        while ahead:
            service = settings.services.get(ahead.pop())
            new = set(service.calls if service else ()) - found
            found |= new
            ahead += new
        return found

    return sorted(
        other for other in reached(key) if other != key and other in settings.services and key in reached(other)
    )


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what is legal but unwise: proxies that take the most of a task, and jobs that reach nobody."""
    for key, service in settings.services.items():
        if (service.internal or service.calls) and service.cpu <= _PROXY_CPU:
            yield at(
                ["services", key, "cpu"],
                f"{service.cpu} CPU units, of which the proxy of Service Connect takes up to {_PROXY_CPU} under load: give 512 or more",
            )
        jobs = [name for name, job in settings.jobs.items() if job.service == key]
        if service.calls and jobs:
            yield at(
                ["services", key, "calls"],
                f"its jobs, such as {jobs[0]}, do not reach {limits.listed(service.calls, 'and')}: ECS connects services alone, "
                "and internalBalancer leads jobs to them as well",
            )


_PROXY_CPU = 256
