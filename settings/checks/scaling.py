"""How many tasks run, and when that changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from limits import quotas
from settings.model import Service
from settings.model.scaling import ScheduledRange, Steps, Targets
from settings.problems import Place, Problem, at


def problems(place: Sequence[str], service: Service) -> Iterator[Problem]:
    """Return what is wrong with how many tasks of a service run."""
    yield from _tasks(place, service)
    yield from _scaling(place, service)


def _tasks(place: Sequence[str], service: Service) -> Iterator[Problem]:
    tasks, where = service.tasks, [*place, "tasks"]
    whole = [*where, "*"]
    if tasks.count is not None:
        if tasks.min is not None or tasks.max is not None or tasks.desired is not None:
            yield at(where, "give count alone, or min and max", whole)
        elif service.scaling:
            yield at([*place, "scaling"], "a fixed count does not scale: give tasks.min and tasks.max", whole)
        return
    if tasks.min is None or tasks.max is None:
        yield at(where, "give min and max, or count", whole)
        return
    desired = tasks.min if tasks.desired is None else tasks.desired
    if not tasks.min <= desired <= tasks.max:
        counts = f"min {tasks.min}, desired {desired} and max {tasks.max}"
        yield at(where, f"{counts} must not decrease in this order", whole)
    elif service.scaling and tasks.min == tasks.max:
        yield at([*place, "scaling"], f"min and max are both {tasks.min}: nothing to scale between", whole)


def _scaling(place: Sequence[str], service: Service) -> Iterator[Problem]:
    scaling = service.scaling
    if scaling is None:
        return
    where = [*place, "scaling"]
    yield from _schedule([*where, "schedule"], scaling.schedule)
    metrics = [group.model_dump(exclude_none=True) for group in (scaling.targets, scaling.steps) if group]
    if not any(metrics) and not scaling.schedule and not scaling.queue:
        yield at(
            where,
            "give targets or steps with a metric or a queue, or leave scaling out for CPU at 70 %",
            [*where, "targets", "*"],
            [*where, "steps", "*"],
            [*where, "queue"],
            [*where, "schedule", "*"],
        )
    if scaling.targets and scaling.targets.requests_per_minute and not service.route:
        yield at(
            [*where, "targets", "requestsPerMinute"], "only a service with a route gets requests", [*place, "route"]
        )
    if scaling.steps:
        yield from _steps(where, scaling.steps, scaling.targets)


def _schedule(where: Place, schedule: Sequence[ScheduledRange]) -> Iterator[Problem]:
    if (count := len(schedule)) > (most := quotas.SCHEDULED_ACTIONS_PER_TARGET):
        yield at(where, f"{count} given; a service takes {most}", [*where, "*"])
    for index, bounds in enumerate(schedule):
        if bounds.min > bounds.max:
            here = [*where, index]
            yield at(here, f"min {bounds.min} must not be above max {bounds.max}", [*here, "*"])


def _steps(where: Place, steps: Steps, targets: Targets | None) -> Iterator[Problem]:
    for metric, step, target in (
        ("cpuPercent", steps.cpu_percent, targets and targets.cpu_percent),
        ("memoryPercent", steps.memory_percent, targets and targets.memory_percent),
    ):
        here = [*where, "steps", metric]
        if step and step.down >= step.up:
            yield at(here, f"down {step.down} must be below up {step.up}", [*here, "*"])
        if step and target:
            yield at(here, "is also a target; one metric scales in one way", [*where, "targets", metric])
