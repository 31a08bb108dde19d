"""A Fluent Bit container (AWS FireLens) that sends a task's log lines to log groups by the JSON field `log_type`.

Why like this (AWS: "Send Amazon ECS logs to an AWS service or AWS Partner", "FirelensConfiguration"; Fluent Bit: "Rewrite Tag",
"Amazon CloudWatch"):

- A container's `awsfirelens` options make one output, so a second log group needs a configuration file. On Fargate ECS takes a
  `file` only, a path inside the container, and `s3` not; the `-init` image fetches one from S3, with a bucket, a role and a
  writable root filesystem more. So the file arrives as a variable that the container writes to /tmp, in memory, and
  the image starts as it always does.
- `log_group_template` would send lines whose `log_type` nobody foresaw to groups that do not exist, and lose them. Here
  each route is a rule, and what no rule takes goes on to the service's own group.
- Rules look at the line as it is: a quotation mark inside a JSON string is escaped, so only a field matches, and nothing is
  parsed, renamed or reordered. Each group gets the line that the application wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pulumi import Input, Output

import limits
from components._checked import Checked

_TYPE: Final = re.compile("[a-z][a-z0-9-]{0,23}")
_START: Final = "printf '%s' \"$ROUTES\" > /tmp/routes.conf && exec /entrypoint.sh"
"""The image's own start once the routes are in their file."""
_LEAST_MIB: Final = 32
STOP_SECONDS: Final = 60
"""Longer than the 30 s in which Fluent Bit delivers what it still holds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LogRouterArgs(Checked):
    """Where log lines go by what they say they are. A change replaces the running tasks."""

    routes: Mapping[str, str]
    """Log groups by the value of the field `log_type`; each is made. All other lines go to the service's own."""
    image: Input[str]
    """AWS for Fluent Bit, with tag or digest."""
    memory_mib: int = 64
    """Memory set aside for it of the task's, MiB; it may use more where there is some."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        if not self.routes:
            yield "routes", "none given; without any the service's own log group needs no router"
        for kind, group in self.routes.items():
            if not _TYPE.fullmatch(kind):
                yield "routes", f"{kind!r} is not at most 24 lower-case letters, digits and hyphens, a letter first"
            yield "routes", limits.log_group_name(group)
        if len(set(self.routes.values())) < len(self.routes):
            yield "routes", "two lead to one log group; each needs its own"
        if self.memory_mib < _LEAST_MIB:
            yield "memory_mib", f"{self.memory_mib} is below {_LEAST_MIB}"


def configuration(routes: Mapping[str, str], region: str) -> str:
    """Return what is added to the configuration that ECS generates: a rule and an output for each route.

    Lines of a container come with the tag `<container>-firelens-<task>`. A line that a rule takes gets the tag
    `<log type>.<container>-firelens-<task>` and starts anew, which no rule matches a second time.
    """
    rules = [
        rf"    Rule $log ^\s*\{{.*\x22log_type\x22\s*:\s*\x22{kind}\x22 {kind}.$TAG false" for kind in sorted(routes)
    ]
    service = [
        "[SERVICE]",
        "    Flush 1",
        "    Grace 30",
        "    HTTP_Server On",
        "    HTTP_Listen 127.0.0.1",
        "    HTTP_Port 2020",
    ]
    filtering = [
        "[FILTER]",
        "    Name rewrite_tag",
        "    Match_Regex ^[A-Za-z0-9_-]+-firelens-",
        *rules,
        "    Emitter_Name log_type",
        "    Emitter_Mem_Buf_Limit 25M",
    ]
    outputs = [
        [
            "[OUTPUT]",
            f"    Match {kind}.*",
            *(f"    {key} {value}" for key, value in _output(routes[kind], region).items()),
        ]
        for kind in sorted(routes)
    ]
    return "\n\n".join("\n".join(section) for section in (service, filtering, *outputs)) + "\n"


def _output(log_group: Input[str], region: str) -> Mapping[str, Input[str]]:
    return {
        "Name": "cloudwatch_logs",
        "region": region,
        "log_group_name": log_group,
        "log_stream_prefix": "tasks/",
        # Only the line; FireLens adds the container's name and id, which the stream's name has.
        "log_key": "log",
        "auto_create_group": "false",
        "Retry_Limit": "5",
    }


def log_configuration(log_group: Input[str], region: str) -> Mapping[str, object]:
    """Return how a container logs through the router: what no route takes goes to `log_group`."""
    return {"logDriver": "awsfirelens", "options": _output(log_group, region)}


def definition(routes: Mapping[str, Input[str]], memory_mib: int, region: str) -> Mapping[str, object]:
    """Return what the router's container definition has besides what all have; `routes` are the names of its log groups."""
    known = Output.all(**routes).apply(lambda names: configuration(names, region))
    return {
        "memoryReservation": memory_mib,
        "entryPoint": ["sh", "-c"],
        "command": [_START],
        "environment": [{"name": "ROUTES", "value": known}],
        "firelensConfiguration": {
            "type": "fluentbit",
            "options": {
                "config-file-type": "file",
                "config-file-value": "/tmp/routes.conf",  # noqa: S108 - a path in the container
                "enable-ecs-log-metadata": "false",
            },
        },
    }
