# ruff: noqa: E501 - a case reads best on one line
"""Rules of jobs: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

from typing import Any

import pytest

import settings
from settings import checks
from tests.settings.checks.rules import Case
from tests.settings.files import GONE, changed, mistakes

J = "slipway:jobs.report"
REPORT: dict[str, Any] = {
    "service": "api",
    "command": ["python", "manage.py", "report"],
    "schedule": "cron(0 3 * * ? *)",
}


def job(**given: Any) -> dict[str, Any]:
    return {J: {key: value for key, value in {**REPORT, **given}.items() if value is not GONE}}


CASES: list[Case] = [
    (job(service="ap"), f"{J}.service: 'ap' is no service of this stack; did you mean api?; its services: api, worker or frontend", job()),
    (job(service=GONE), f"{J}.service: missing (The service whose image, variables, secrets, role, security group and log group it has; a release of that is one of the job)", job()),
    (job(command=[]), f"{J}.command: 0 given; at least 1 allowed (What the service's container runs instead of its own command, an argument each, such as `[python, manage.py, report]`)", job()),
    (job(schedule="0 3 * * ? *"), f"{J}.schedule: '0 3 * * ? *' is not a schedule; allowed: cron(0 3 * * ? *), rate(15 minutes), at(2027-01-31T03:00:00)", job()),
    (job(schedule="cron(0 3 * * *)"), f"{J}.schedule: '0 3 * * *' is not a schedule: six fields are needed, such as 0 8 ? * MON-FRI *", job(schedule="cron(0 3 ? * * *)")),
    (job(schedule="rate(0 minutes)"), f"{J}.schedule: 'rate(0 minutes)' is no rate, such as rate(15 minutes), 1 or more", job(schedule="rate(1 minute)")),
    (job(timeZone="Mars/Phobos"), f"{J}.timeZone: 'Mars/Phobos' is not a time zone, such as Europe/Berlin or UTC", job(timeZone="Asia/Kolkata")),
    (job(retries=11), f"{J}.retries: 11 is outside 0 to 10 (How often it is started again after a run that failed, such as 2)", job(retries=10)),
    (job(timeoutMinutes=0), f"{J}.timeoutMinutes: 0 is outside 1 to 10080 (Minutes, such as 120, after which a run is stopped and counts as failed, looked at every five minutes)", job(timeoutMinutes=1)),
    (job(cpu=256, memoryMib=4096), f"{J}.memoryMib: 4096 MiB does not go with cpu 256; allowed: 512, 1024 or 2048 MiB", job(cpu=256, memoryMib=2048)),
    (job(route={"default": True}), f"{J}.route: goes with services alone: a job answers no requests, and ends by itself; take it out", job()),
    (job(tasks={"count": 1}), f"{J}.tasks: goes with services alone: a job answers no requests, and ends by itself; take it out", job()),
    (job(environment={"A": "b"}), f"{J}.environment: a job has that of the service it names: set it there, or give the job a service of its own with tasks: {{count: 0}}", job()),
    (job(comand=["x"]), f"{J}.comand: unknown setting; did you mean command?; allowed: service, command, schedule, timeZone, enabled, retries, timeoutMinutes, cpu, memoryMib, family or severity", job()),
    ({"slipway:jobs.worker": {**REPORT}}, "slipway:jobs.worker: services.worker has this name: choose another", job()),
    (job(family="storefront-production-api"), f"{J}.family: 'storefront-production-api' is also that of services.api; each needs its own", job(family="reports")),
    ({**job(family="x"), "slipway:jobs.other": {**REPORT, "family": "x"}}, "slipway:jobs.other.family: 'x' is also that of jobs.report; each needs its own", {**job(family="x"), "slipway:jobs.other": {**REPORT, "family": "y"}}),
    (job(command=["report", "--api-key=sk_live_4eC39HqLyjWDarjtT1zdp7dc"]), f"{J}.command: it holds what looks like a credential", job()),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "told", "right"), CASES)
def test_rules(wrong: dict[str, Any], told: str, right: dict[str, Any]) -> None:
    found = mistakes(changed(wrong))
    assert [line for line in found if line.startswith(told)], found
    assert len(found) == 1, found
    assert mistakes(changed(right)) == []


def test_a_sidecar_and_a_job_share_no_name() -> None:
    sidecar = {"slipway:services.api.sidecars": {"report": {"image": {"uri": "public.ecr.aws/x/agent:1.2"}}}}
    assert mistakes(changed({**job(), **sidecar})) == [
        f"{J}: 'report' is also a container of services.api: choose another name"
    ]


def test_every_mistake_of_a_job_is_told_at_once() -> None:
    found = mistakes(changed(job(schedule="daily", timeZone="Berlin", retries=99, port=8000)))
    assert [line.partition(":")[2].partition(":")[0] for line in found] == [
        "jobs.report.schedule",
        "jobs.report.timeZone",
        "jobs.report.retries",
        "jobs.report.port",
    ]


NIGHT: dict[str, Any] = {
    "slipway:services.api.scaling.schedule": GONE,
    "slipway:uptimeCheck": GONE,
    "slipway:hibernation": {"sleep": "20:00", "wake": "07:00", "timeZone": "Europe/Berlin", "allowInProduction": True},
    "slipway:database.backupWindow": "10:00-11:00",
    "slipway:database.maintenanceWindow": "wed:12:00-wed:13:00",
}


def warned(changes: dict[str, Any]) -> list[str]:
    return [str(each) for each in checks.warnings(settings.parse(changed(changes), "test")) if "jobs" in each.place]


@pytest.mark.parametrize(
    ("given", "asleep"),
    [
        ({"schedule": "cron(0 3 * * ? *)"}, True),
        ({"schedule": "rate(1 hour)"}, True),
        ({"schedule": "cron(0 12 ? * MON-FRI *)"}, False),
        ({"schedule": "cron(0 12 ? * SAT *)"}, True),
        # 20:30 in Berlin by winter, 21:30 by summer
        ({"schedule": "cron(30 19 ? * MON *)"}, True),
        ({"schedule": "cron(30 19 ? * MON *)", "timeZone": "Europe/Berlin"}, False),
        ({"schedule": "cron(0 3 * * ? *)", "enabled": False}, False),
        ({"schedule": "cron(0 3 * * ? *)", "service": "frontend"}, False),
    ],
)
def test_a_job_that_runs_while_its_database_is_stopped_is_told_of(given: dict[str, Any], *, asleep: bool) -> None:
    said = f"{J}.schedule: runs while slipway:hibernation has the database stopped, 20:00 to 07:00 Europe/Berlin: choose another time"
    assert warned({**job(**given), **NIGHT}) == ([said] if asleep else [])


def test_a_moment_that_is_over_is_told_of() -> None:
    over = "at(2020-01-01T00:00:00)"
    assert warned(job(schedule=over)) == [f"{J}.schedule: {over} is over: it runs no more, and may be taken out"]
    assert warned(job(schedule="at(2199-01-01T00:00:00)")) == []


def test_a_size_of_the_service_is_told_there_alone() -> None:
    assert [line.partition(": ")[0] for line in mistakes(changed({**job(), "slipway:services.api.cpu": 300}))] == [
        "slipway:services.api.cpu"
    ]
