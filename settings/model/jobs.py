"""`slipway:jobs.<name>`: a command that runs at times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

import limits
from settings.model.section import EcsName, PartName, Section, Text, TimeZone
from settings.rules import Rule, Shown


class Job(Section):
    """A command that runs at times in a task of its own, with a service's image, variables, secrets, rights and network.

    Never twice at once: a run that is due while the former one still goes on is left out.
    """

    service: PartName = Field(examples=["api"])
    """The service whose image, variables, secrets, role, security group and log group it has; a release of that is one of the job."""
    command: Annotated[Sequence[Text], Field(min_length=1)] = Field(examples=[["python", "manage.py", "report"]])
    """What the service's container runs instead of its own command, an argument each, such as `[python, manage.py, report]`. Exit code 0 is
    success."""
    schedule: Annotated[
        str,
        Rule(
            limits.expression,
            {"pattern": r"^(cron\(\S+( \S+){5}\)|rate\([1-9][0-9]* (minute|hour|day)s?\)|at\(\S+\))$"},
            "a schedule: cron(0 3 * * ? *), rate(15 minutes) or at(2027-01-31T03:00:00)",
        ),
    ] = Field(examples=["cron(0 3 * * ? *)"])
    """When: `cron(minutes hours day-of-month month day-of-week year)`, of which one of the days is `?`; `rate(15 minutes)`; or once,
    `at(2027-01-31T03:00:00)`."""
    time_zone: TimeZone = "UTC"
    """The time zone of `schedule`, such as Europe/Berlin; daylight saving is followed."""
    enabled: bool = True
    """Whether it runs at its times. Off, it can still be started by hand."""
    retries: Annotated[int, Field(ge=0, le=10)] = 0
    """How often it is started again after a run that failed, such as 2. Only for commands that may run twice."""
    timeout_minutes: Annotated[int, Field(ge=1, le=10_080)] = 60
    """Minutes, such as 120, after which a run is stopped and counts as failed, looked at every five minutes. It is not started again then."""
    cpu: Annotated[int, Shown({"enum": list(limits.FARGATE_MEMORY)})] | None = None
    """CPU units of its task, such as 512; default the service's. Billed while it runs."""
    memory_mib: Annotated[int, Shown({"minimum": 512, "maximum": 122880, "multipleOf": 512})] | None = None
    """Memory of its task, MiB, such as 1024; default the service's. Billed while it runs."""
    family: EcsName | None = None
    """The task definition's family, such as storefront-nightly-report; default app, environment and key."""
    severity: Literal["critical", "database", "warning"] = "warning"
    """Who is told, with `alarms`, where it failed or has not succeeded for longer than its schedule allows: critical pages, warning tells the
    team. A new job is told of until its first run; one that runs less than about weekly is told of only where it fails."""
