"""Services: names, sizes, rights and deployments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from pydantic.alias_generators import to_snake

import limits
from limits import LAST_WEIGHTED_PRIORITY, quotas
from settings.checks import container, log_router, scaling
from settings.derived import family, is_observed, log_groups, metrics_log_group, service_name
from settings.model import Service, Settings, Sidecar
from settings.problems import Place, Problem, at, found


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    yield from _names(settings)
    yield from _log_groups(settings)
    for key, service in settings.services.items():
        place = ["services", key]
        yield from _sizes(settings, place, service)
        if service.log_router:
            yield from log_router.problems(settings, place, service, service.log_router)
        yield from container.problems(settings, place, service, service)
        for name, sidecar in service.sidecars.items():
            yield from container.problems(settings, [*place, "sidecars", name], sidecar, service)
        yield from _together(place, service)
        yield from _idle(place, service)
        yield from scaling.problems(place, service)
        yield from _deployment(settings, place, service)
        yield from _health(place, service)
        for index, part in enumerate(service.uses):
            if getattr(settings, to_snake(part)) is None:
                yield at([*place, "uses", index], f"{part!r} is not in this stack: add slipway:{part}", [part])


def _names(settings: Settings) -> Iterator[Problem]:
    """Check that no two services share a name or a family."""
    for what, name in (("name", service_name), ("family", family)):
        users: dict[str, list[str]] = defaultdict(list)
        for key, service in settings.services.items():
            users[name(settings, key, service)].append(key)
        for value, keys in users.items():
            if len(keys) > 1:
                about = [["services", key, setting] for key in keys for setting in ("name", "family")]
                for key in keys[1:]:
                    yield at(
                        ["services", key, what],
                        f"{value!r} is also that of services.{keys[0]}; each needs its own",
                        *about,
                    )


def _log_groups(settings: Settings) -> Iterator[Problem]:
    """Check that no two services, nor two routes, log to one group."""
    seen: dict[str, tuple[Place, str]] = {}
    for key, service in settings.services.items():
        places: list[Place] = [["services", key, "logGroup"]]
        if service.log_router:
            places += [["services", key, "logRouter", "routes", kind] for kind in service.log_router.routes]
        if metrics_log_group(settings, key, service):
            places.append(["telemetry", "metrics"])
        for place, group in zip(places, log_groups(settings, key, service), strict=True):
            first, owner = seen.setdefault(group, (place, key))
            if first != place:
                named = [["services", one, what] for one in (owner, key) for what in ("name", "family", "logGroup")]
                yield at(place, f"{group!r} is also that of services.{owner}; each needs its own", first, *named)


def _together(place: Sequence[str], service: Service) -> Iterator[Problem]:
    """Check that nothing in a task has the name or the port of something else there, and that nothing is let out twice."""
    if place[-1] in service.sidecars:
        yield at([*place, "sidecars", place[-1]], f"{place[-1]!r} is the service's own container; choose another name")
    listening: dict[int, Place] = {service.port: [*place, "port"]} if service.port else {}
    for name, sidecar in service.sidecars.items():
        yield from _awaited([*place, "sidecars", name], sidecar)
        here: Place = [*place, "sidecars", name, "port"]
        if sidecar.port and (first := listening.setdefault(sidecar.port, here)) != here:
            yield at(here, f"{sidecar.port} is taken in this task; each container listens on a port of its own", first)
    for index, egress in enumerate(service.egress):
        if egress in service.egress[:index]:
            yield at([*place, "egress", index], f"{egress.port} to {egress.cidr} is there already")


def _idle(place: Sequence[str], service: Service) -> Iterator[Problem]:
    """Check that what is given has an effect."""
    if "health" in service.model_fields_set and service.route is None:
        yield at(
            [*place, "health"], "the load balancer asks only services with a route: leave it out", [*place, "route"]
        )
    if service.exec and service.read_only_root and "read_only_root" in service.model_fields_set:
        yield at(
            [*place, "readOnlyRoot"], "exec makes the filesystem writable: take one of the two out", [*place, "exec"]
        )


def _sizes(settings: Settings, place: Sequence[str], service: Service) -> Iterator[Problem]:
    router = [service.log_router.memory_mib] if service.log_router else []
    collector = settings.telemetry if is_observed(settings, place[-1]) else None
    if problem := limits.fargate_size(service.cpu, service.memory_mib):
        yield at(
            [*place, "memoryMib" if service.cpu in limits.FARGATE_MEMORY else "cpu"],
            problem,
            [*place, "cpu"],
            [*place, "memoryMib"],
        )
    if service.tmp_mib >= service.memory_mib:
        yield at(
            [*place, "tmpMib"],
            f"{service.tmp_mib} MiB of /tmp are held in memory, of which the task has {service.memory_mib} MiB: give less",
            [*place, "memoryMib"],
        )
    for sidecars, total, what in (
        ([*(s.cpu for s in service.sidecars.values()), collector and collector.cpu], service.cpu, "cpu"),
        (
            [*(s.memory_mib for s in service.sidecars.values()), *router, collector and collector.memory_mib],
            service.memory_mib,
            "memoryMib",
        ),
    ):
        used = sum(size for size in sidecars if size)
        if used >= total:
            yield at(
                [*place, "sidecars"],
                f"the sidecars' {what} of {used} leaves nothing of the task's {total} for the service",
                [*place, "sidecars", "*"],
                [*place, "logRouter"],
                ["telemetry", what],
                [*place, what],
            )


_SHIFTS: Final = ("blueGreen", "canary", "linear")
_ALONE: Final = (
    ("minimum_healthy_percent", "minimumHealthyPercent", ("rolling",)),
    ("maximum_percent", "maximumPercent", ("rolling",)),
    ("bake_minutes", "bakeMinutes", _SHIFTS),
    ("pause_minutes", "pauseMinutes", _SHIFTS),
    ("step_percent", "stepPercent", ("canary", "linear")),
    ("step_minutes", "stepMinutes", ("canary", "linear")),
)
"""Settings of a deployment that only some strategies have."""


def _fitting(where: Sequence[str], place: Sequence[str], service: Service) -> Iterator[Problem]:
    """Check single values of a deployment against its strategy."""
    deployment = service.deployment
    least = 3
    if deployment.strategy == "linear" and deployment.step_percent < least:
        yield at(
            [*where, "stepPercent"],
            f"{deployment.step_percent:g} is below {least}, the least share of linear",
            [*where, "strategy"],
        )
    if deployment.strategy == "rolling" and deployment.rollback_percent is not None and service.route is None:
        yield at(
            [*where, "rollbackPercent"],
            "is of requests, and none come here: give a route, or leave it out",
            [*place, "route"],
        )


def _deployment(settings: Settings, place: Sequence[str], service: Service) -> Iterator[Problem]:
    """Check that settings go with the strategy, and that blue/green has the rule of its own in which ECS switches."""
    deployment, where = service.deployment, [*place, "deployment"]
    yield from _fitting(where, place, service)
    for field, name, strategies in _ALONE:
        if field in deployment.model_fields_set and deployment.strategy not in strategies:
            yield at(
                [*where, name],
                f"goes with strategy {limits.listed(strategies)} alone: leave it out, or choose that",
                [*where, "strategy"],
            )
    if deployment.strategy == "rolling":
        yield from _room(where, place, service)
        return
    if service.route is None:
        yield at(
            [*where, "strategy"],
            f"{deployment.strategy} moves requests from old tasks to new ones, and none come here: give a route, or choose rolling",
            [*place, "route"],
        )
    if service.scaling and service.scaling.targets and service.scaling.targets.requests_per_minute:
        yield at(
            [*place, "scaling", "targets", "requestsPerMinute"],
            f"AWS does not scale by requests where deployments are {deployment.strategy}: take cpuPercent, or rolling",
            [*where, "strategy"],
        )
    yield from _apart(settings, where, place, service)


def _apart(settings: Settings, where: Sequence[str], place: Sequence[str], service: Service) -> Iterator[Problem]:
    """Check that what a service has twice while requests move is no other service's."""
    if (alternate := f"{place[-1]}-alternate") in settings.services:
        yield at(
            ["services", alternate],
            f"alarms call the second target group of services.{place[-1]} so: choose another name",
            [*where, "strategy"],
        )
    own = service.route
    if own is None or not own.default:
        return
    for key, other in settings.services.items():
        theirs = other.route
        if theirs and theirs.through == own.through and theirs.priority == LAST_WEIGHTED_PRIORITY:
            yield at(
                ["services", key, "route", "priority"],
                f"{LAST_WEIGHTED_PRIORITY} is that of services.{place[-1]}, the default where requests are moved; choose another",
                [*where, "strategy"],
                [*place, "route", "default"],
            )


def _room(where: Sequence[str], place: Sequence[str], service: Service) -> Iterator[Problem]:
    """Check that a rolling deployment may start a task more or stop one: otherwise it never begins."""
    deployment, tasks = service.deployment, service.tasks
    fewest = max(1, tasks.bounds[0])
    least, most = deployment.minimum_healthy_percent, deployment.maximum_percent
    if most is None or fewest * most // 100 > fewest or -(-fewest * least // 100) < fewest:
        return
    enough = 100 + -(-100 // fewest)
    yield at(
        [*where, "maximumPercent"],
        f"{most} with minimumHealthyPercent {least} lets no task of {fewest} be replaced: give {enough} or more, or a lower minimumHealthyPercent",
        [*where, "minimumHealthyPercent"],
        [*place, "tasks", "*"],
    )


def _health(place: Sequence[str], service: Service) -> Iterator[Problem]:
    if service.protocol != "grpc":
        yield from found([*place, "health", "codes"], limits.status_codes(service.health.codes), [*place, "protocol"])
    for name, check in (("health", service.health), ("healthCheck", service.health_check)):
        if check and check.timeout_seconds is not None and check.timeout_seconds >= check.interval_seconds:
            yield at(
                [*place, name, "timeoutSeconds"],
                f"{check.timeout_seconds} must be below the interval of {check.interval_seconds} seconds",
                [*place, name, "intervalSeconds"],
            )


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return which security groups need more rules than an account is usually allowed."""
    usual, services = quotas.USUAL_RULES_PER_GROUP, settings.services
    asked = "AWS allows an account {usual} in one direction until it is asked for more"
    for key, service in services.items():
        out = len(service.egress) + len(service.uses) + 1
        if out > usual:
            yield at(["services", key, "egress"], f"{out} rules of a security group; {asked.format(usual=usual)}")
    groups: dict[str, int] = {
        part: sum(part in service.uses for service in services.values()) for part in ("database", "cache")
    }
    for balancer in ("loadBalancer", "internalBalancer"):
        routed = [s for s in services.values() if s.route and s.route.through == balancer]
        groups[balancer] = sum(len({service.port, service.health.port or service.port}) for service in routed)
    for part, count in groups.items():
        if count > usual:
            yield at(
                ["services"],
                f"{count} rules of the security group of {part}, one for each service; {asked.format(usual=usual)}",
            )


def _awaited(place: Place, sidecar: Sidecar) -> Iterator[Problem]:
    """Check that what the service's own container waits for can come."""
    if sidecar.before == "healthy" and sidecar.health_check is None:
        yield at(
            [*place, "before"],
            "it has no healthCheck that could pass: give it one, or say started",
            [*place, "healthCheck"],
        )
    if sidecar.before == "succeeded" and sidecar.essential:
        yield at(
            [*place, "before"],
            "the task stops when an essential container ends: leave essential out",
            [*place, "essential"],
        )
