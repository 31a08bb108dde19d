"""A collector of OpenTelemetry beside a service's container: OTLP at localhost, traces to X-Ray, metrics to CloudWatch, or both to an endpoint.

Why like this (AWS Distro for OpenTelemetry: "Setting up the AWS Distro for OpenTelemetry Collector in Amazon ECS"; OpenTelemetry:
"Collector configuration"):

- The image reads its configuration from the variable `AOT_CONFIG_CONTENT`, so it needs neither a file nor a parameter, and a change of it is
  a new revision of the task. JSON is YAML, and is written the same each time.
- Everything listens at localhost, which the containers of a task share: nothing of it is in a security group.
- Values of headers are variables that ECS reads from secrets; the configuration names them.
- The image has no shell, and runs as the user that it makes for itself; `/healthcheck` is its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pulumi import Input

import limits
from components._checked import Checked
from components._containers import ContainerArgs, ContainerHealthCheckArgs, SecretReference

ENDPOINT = "http://localhost:4318"
"""Where the other containers of the task send OTLP over HTTP."""
TRACING = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")
"""What sending traces to X-Ray takes; neither knows a resource."""
_USER = "4317"
_LEAST_MIB = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class CollectorArgs(Checked):
    """What a collector sends where. A change replaces the running tasks."""

    image: Input[str]
    """The AWS Distro for OpenTelemetry Collector, with tag or digest."""
    region: str
    """The AWS region of X-Ray and CloudWatch."""
    registry_login: SecretReference | None = None
    """The document with username and password that tasks log in to the image's registry with; None: it lets everybody in, or is ECR."""
    endpoint: str | None = None
    """Where OTLP over HTTP goes, an address of HTTPS; None: to X-Ray and CloudWatch."""
    headers: Mapping[str, SecretReference] = field(default_factory=dict)
    """Headers of these requests, and the secrets that hold their values."""
    metrics: bool = False
    """Whether metrics are taken."""
    metrics_namespace: str = ""
    """Their namespace in CloudWatch."""
    metrics_log_group: str | None = None
    """The log group by way of which they get there, without an endpoint."""
    cpu: int | None = None
    """CPU units set aside for it."""
    memory_mib: int = 128
    """Memory it may use, MiB."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        if self.memory_mib < _LEAST_MIB:
            yield "memory_mib", f"{self.memory_mib} is below {_LEAST_MIB}"
        if self.headers and self.endpoint is None:
            yield "headers", "none are sent without an endpoint"
        if self.metrics and self.endpoint is None and not (self.metrics_namespace and self.metrics_log_group):
            yield "metrics", "without an endpoint they need a namespace and a log group"


def container(args: CollectorArgs) -> ContainerArgs:
    """Return its container: not essential, since the application can do without it for a while."""
    variables = {name: reference for name, (_, reference) in _headers(args).items()}
    return ContainerArgs(
        name=limits.COLLECTOR,
        image=args.image,
        registry_login=args.registry_login,
        essential=False,
        environment={
            "AOT_CONFIG_CONTENT": json.dumps(configuration(args), sort_keys=True, separators=(",", ":")),
            # Above it Go tidies up more often, so that the limit of the container is not met.
            "GOMEMLIMIT": f"{args.memory_mib * 4 // 5}MiB",
        },
        secrets=variables,
        user=_USER,
        tmp_mib=16,
        health_check=ContainerHealthCheckArgs(
            command=("CMD", "/healthcheck"), interval_seconds=10, timeout_seconds=5, retries=3, start_seconds=10
        ),
        cpu=args.cpu,
        memory_mib=args.memory_mib,
    )


def _headers(args: CollectorArgs) -> Mapping[str, tuple[str, SecretReference]]:
    """Return the variables that hold the headers' values: each with its header and its secret."""
    return {
        f"OTLP_HEADER_{number}": (name, args.headers[name]) for number, name in enumerate(sorted(args.headers), start=1)
    }


def configuration(args: CollectorArgs) -> Mapping[str, object]:
    """Return the collector's configuration."""
    exporters = dict(_exporters(args))
    to = {"traces": "awsxray", "metrics": "awsemf"} if args.endpoint is None else dict.fromkeys(_SIGNALS, "otlp_http")
    wanted = [signal for signal in _SIGNALS if signal == "traces" or args.metrics]
    return {
        "extensions": {"health_check": {"endpoint": "127.0.0.1:13133"}},
        "receivers": {
            "otlp": {"protocols": {"grpc": {"endpoint": "127.0.0.1:4317"}, "http": {"endpoint": "127.0.0.1:4318"}}}
        },
        "processors": {
            "memory_limiter": {
                "check_interval": "1s",
                "limit_mib": args.memory_mib * 3 // 4,
                "spike_limit_mib": args.memory_mib // 5,
            },
            # Which task it is, from ECS's own address in the task.
            "resourcedetection": {"detectors": ["ecs"], "timeout": "5s", "override": False},
            "batch": {"timeout": "5s"},
        },
        "exporters": {name: exporters[name] for name in dict.fromkeys(to[signal] for signal in wanted)},
        "service": {
            "extensions": ["health_check"],
            "telemetry": {"metrics": {"level": "none"}},
            "pipelines": {
                signal: {
                    "receivers": ["otlp"],
                    "processors": ["memory_limiter", "resourcedetection", "batch"],
                    "exporters": [to[signal]],
                }
                for signal in wanted
            },
        },
    }


_SIGNALS = ("traces", "metrics")


def _exporters(args: CollectorArgs) -> Iterator[tuple[str, Mapping[str, object]]]:
    if args.endpoint is None:
        yield "awsxray", {"region": args.region}
        yield (
            "awsemf",
            {
                "region": args.region,
                "namespace": args.metrics_namespace,
                "log_group_name": args.metrics_log_group,
                "log_stream_name": "{TaskId}",
                # One metric for each set of attributes: every roll-up is a metric more to pay for.
                "dimension_rollup_option": "NoDimensionRollup",
            },
        )
        return
    headers = {name: f"${{env:{variable}}}" for variable, (name, _) in _headers(args).items()}
    yield "otlp_http", {"endpoint": args.endpoint, "headers": headers}
