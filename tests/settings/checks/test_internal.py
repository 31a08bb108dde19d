# ruff: noqa: E501 - a case reads best on one line
"""Rules of calls between services: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

from typing import Any

import pytest

import settings
from settings import checks
from tests.settings.checks.rules import Case
from tests.settings.files import as_engine, changed, mistakes

A, W, F = "slipway:services.api", "slipway:services.worker", "slipway:services.frontend"
CALLED: dict[str, Any] = {f"{W}.port": 9000, f"{W}.internal": {}, f"{A}.calls": ["worker"]}
JOB = {"service": "api", "command": ["x"], "schedule": "rate(1 day)"}

AUTHORITY = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/1234abcd-12ab-34cd-56ef-1234567890ab"
ELSEWHERE = AUTHORITY.replace("us-east-1", "eu-west-1")

CASES: list[Case] = [
    ({**CALLED, f"{W}.internal": {"name": "Worker"}}, f"{W}.internal.name: 'Worker' is not a name: at most 64 lower-case letters, digits and inner hyphens", {**CALLED, f"{W}.internal": {"name": "work-er"}}),
    ({**CALLED, f"{W}.internal": {"name": "-w"}}, f"{W}.internal.name: '-w' is not a name", CALLED),
    ({**CALLED, f"{W}.internal": {"certificateAuthorityArn": ELSEWHERE}}, f"{W}.internal.certificateAuthorityArn: the authority is in eu-west-1; ECS in us-east-1 takes those of its own region", {**CALLED, f"{W}.internal": {"certificateAuthorityArn": AUTHORITY}}),
    ({**CALLED, f"{W}.internal": {"certificateAuthorityArn": "arn:aws:acm:us-east-1:123456789012:certificate/x"}}, f"{W}.internal.certificateAuthorityArn: 'arn:aws:acm:us-east-1:123456789012:certificate/x' is not a private certificate authority's ARN, such as", {**CALLED, f"{W}.internal": {"certificateAuthorityArn": AUTHORITY}}),
    ({f"{F}.internal": {"certificateAuthorityArn": AUTHORITY}}, f"{F}.internal.certificateAuthorityArn: the load balancer comes to the same port, without these certificates: leave it out, or take a service of its own for what others call", {f"{F}.internal": {}}),
    ({f"{W}.internal": {}}, f"{W}.internal: others call it at its port, and there is none: give port", CALLED),
    ({**CALLED, f"{F}.internal": {"name": "worker"}}, f"{F}.internal.name: 'worker' is also what services.worker is called by; each needs its own", {**CALLED, f"{F}.internal": {"name": "pages"}}),
    ({**CALLED, f"{W}.internal": {"protocol": "ftp"}}, f"{W}.internal.protocol: 'ftp' is not allowed; allowed: http, http2, grpc or tcp", {**CALLED, f"{W}.internal": {"protocol": "grpc"}}),
    ({**CALLED, f"{W}.internal": {"protocol": "tcp", "timeoutSeconds": 5}}, f"{W}.internal.timeoutSeconds: is of requests, and tcp has none: leave it out, or choose another protocol", {**CALLED, f"{W}.internal": {"timeoutSeconds": 5}}),
    ({f"{F}.internal": {}, f"{F}.deployment": {"strategy": "blueGreen"}}, f"{F}.internal: blueGreen moves requests of the load balancer, not calls of other services: choose rolling", {f"{F}.internal": {}}),
    ({**CALLED, f"{A}.calls": ["wurker"]}, f"{A}.calls[0]: 'wurker' is no service of this stack; did you mean worker?", CALLED),
    ({**CALLED, f"{A}.calls": ["frontend"]}, f"{A}.calls[0]: services.frontend has no name that others call it by: give it internal: {{}}", CALLED),
    ({**CALLED, f"{A}.calls": ["worker", "worker"]}, f"{A}.calls[1]: worker is there already", CALLED),
    ({**CALLED, f"{W}.calls": ["worker"]}, f"{W}.calls[0]: a service does not call itself by it: take it out", CALLED),
    ({**CALLED, f"{F}.internal": {}, f"{A}.internal": {}, f"{W}.calls": ["frontend"], f"{F}.calls": ["api"]}, f"{A}.calls: calls lead back here by frontend and worker: ECS lets a task reach only services that were deployed before it; let one direction go through the load balancer or a queue", {**CALLED, f"{F}.internal": {}, f"{W}.calls": ["frontend"]}),
    ({**CALLED, f"{F}.environment": {"W": "${services.worker.url}"}}, f"{F}.environment.W: ${{services.worker.url}} is out of this service's reach: add 'worker' to its calls", {**CALLED, f"{F}.calls": ["worker"], f"{F}.environment": {"W": "${services.worker.url} ${services.worker.address}"}}),
    ({**CALLED, f"{F}.environment": {"W": "${services.worker.host}"}}, f"{F}.environment.W: ${{services.worker.host}} stands for nothing", CALLED),
    ({"slipway:jobs.report": {**JOB, "calls": ["worker"]}}, "slipway:jobs.report.calls: ECS connects services alone: a job reaches another one by its address at a load balancer, or sends it messages by a queue; take it out", {"slipway:jobs.report": JOB}),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "told", "right"), CASES)
def test_rules(wrong: dict[str, Any], told: str, right: dict[str, Any]) -> None:
    found = mistakes(changed(wrong))
    assert [line for line in found if line.startswith(told)], found
    assert len(found) == 1, found
    assert mistakes(changed(right)) == []


def warned(changes: dict[str, Any]) -> list[str]:
    found = checks.warnings(settings.parse(changed(changes), "test"))
    return [str(each) for each in found if "onnect" in str(each)]


def test_a_port_that_others_call_is_not_told_as_open_to_nobody() -> None:
    def told(changes: dict[str, Any]) -> list[str]:
        return [
            str(each) for each in checks.warnings(settings.parse(changed(changes), "test")) if "nobody" in str(each)
        ]

    assert told(CALLED) == []
    assert told({f"{W}.port": 9000}) == [
        f"{W}.port: 9000 is open to nobody: give the service a route, internal and calls of others, or leave port out"
    ]


def test_a_task_that_its_proxy_fills_and_jobs_that_reach_nobody_are_told_of() -> None:
    small = {**CALLED, f"{W}.cpu": 256, f"{W}.memoryMib": 512, f"{A}.cpu": 512, f"{A}.memoryMib": 1024}
    proxy = (
        f"{W}.cpu: 256 CPU units, of which the proxy of Service Connect takes up to 256 under load: give 512 or more"
    )
    assert warned(small) == [proxy]
    large = {**small, f"{W}.cpu": 512, f"{W}.memoryMib": 1024}
    assert warned(large) == []
    assert warned({**large, "slipway:jobs.report": JOB}) == [
        f"{A}.calls: its jobs, such as report, do not reach worker: ECS connects services alone, and internalBalancer leads jobs to them as well"
    ]


def test_who_is_called_is_made_first() -> None:
    usual = settings.parse(as_engine(changed({})), "test")
    assert usual.services_in_order == [*usual.services_with_migration, *usual.services_without_migration]
    found = settings.parse(as_engine(changed({**CALLED, f"{W}.calls": ["frontend"], f"{F}.internal": {}})), "test")
    assert list(found.services_in_order) == ["frontend", "worker", "api"]
