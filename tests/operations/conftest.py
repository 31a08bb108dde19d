"""Commands against stubbed AWS: answers written down beforehand and checked against botocore's own models."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped] # has no types of its own
import pytest
from botocore.stub import Stubber  # type: ignore[import-untyped] # as above

from components._aws_session import AwsAccess
from crosscheck.calls import bounds
from operations import _stack as stacks
from operations.__main__ import commands
from operations._command import Context, guarded, parser

ROOT = Path(__file__).parent.parent.parent
ACCOUNT = "123456789012"
ECS = f"arn:aws:ecs:us-east-1:{ACCOUNT}"


def _within_model(params: Mapping[str, Any], model: Any, **_: Any) -> None:
    """Hold a request against the bounds, enums and patterns of its model, which botocore leaves to the service."""
    beyond = list(bounds(params, model.input_shape))
    assert not beyond, f"{model.name}: {beyond}"


class Operator:
    """Somebody at the command line, with a clock that only sleeping moves."""

    def __init__(self, stack: str = "prod") -> None:
        self.now = 0.0
        self.stubs: dict[str, Stubber] = {}
        self._clients: dict[str, Any] = {}
        self.out, self.err = io.StringIO(), io.StringIO()
        self.stack = stacks.read(ROOT, stack, None)

    def stub(self, service: str, name: str = "") -> Stubber:
        """The stub of a service; an answer that is not asked for, or a question without an answer, fails the test.

        Where a service is asked in several regions, `name` is what the context calls its client.
        """
        name = name or service
        if name not in self.stubs:
            self._clients[name] = boto3.client(
                service, region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
            )
            self.stubs[name] = Stubber(self._clients[name])
            self._clients[name].meta.events.register("before-parameter-build", _within_model)
            self.stubs[name].activate()
        return self.stubs[name]

    def answer(
        self, service: str, call: str, answer: Mapping[str, Any], request: Mapping[str, Any] | None = None
    ) -> None:
        self.stub(service).add_response(call, dict(answer), request)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def run(self, *words: str, on_sleep: Callable[[], None] | None = None) -> int:
        """Run a command line, and return its exit code."""

        def sleep(seconds: float) -> None:
            self.sleep(seconds)
            if on_sleep:
                on_sleep()

        known = commands()
        options = parser(known).parse_args(words)
        for service in (
            "ecs",
            "elbv2",
            "logs",
            "cloudwatch",
            "rds",
            "sts",
            "s3",
            "ssm",
            "acm",
            "ce",
            "secretsmanager",
            "ecr",
            "sns",
        ):
            self.stub(service)
        self.stub("application-autoscaling")
        self.stub("elasticache")
        context = self.context(
            as_json=options.json,
            timeout_seconds=options.timeout_minutes * 60,
            dry_run=getattr(options, "dry_run", False),
            sleep=sleep,
        )
        command = next(command for command in known if command.name == options.command)
        return guarded(lambda: command.run(context, options), f"python -m operations {' '.join(words)}", self.err)

    def context(self, **more: Any) -> Context:
        """What a command works with."""
        return Context(
            stack=self.stack,
            access=AwsAccess(region="us-east-1"),
            out=self.out,
            err=self.err,
            clock=lambda: self.now,
            _clients=self._clients,
            **more,
        )

    @property
    def json(self) -> Any:
        return json.loads(self.out.getvalue())

    @property
    def said(self) -> str:
        return self.err.getvalue()

    def service(self, key: str = "api", revision: int = 8, **more: Any) -> Mapping[str, Any]:
        """A service as ECS describes it, well unless told otherwise."""
        definition = f"{ECS}:task-definition/storefront-production-{key}:{revision}"
        deployment = {
            "id": "ecs-svc/1",
            "status": "PRIMARY",
            "taskDefinition": definition,
            "rolloutState": "COMPLETED",
            "runningCount": 2,
            "desiredCount": 2,
        }
        network = {"subnets": ["subnet-a"], "securityGroups": ["sg-1"], "assignPublicIp": "DISABLED"}
        return {
            "serviceName": key,
            "status": "ACTIVE",
            "runningCount": 2,
            "desiredCount": 2,
            "taskDefinition": definition,
            "networkConfiguration": {"awsvpcConfiguration": network},
            "deployments": [deployment],
            **more,
        }

    def describes(self, *found: Mapping[str, Any]) -> None:
        """Have ECS describe these services next."""
        self.answer("ecs", "describe_services", {"services": list(found), "failures": []})

    def defines(self, key: str, revision: int, image: str) -> None:
        """Have ECS describe a task definition next."""
        definition = {
            "family": f"storefront-production-{key}",
            "revision": revision,
            "taskDefinitionArn": f"{ECS}:task-definition/storefront-production-{key}:{revision}",
            "containerDefinitions": [{"name": key, "image": image, "essential": True}],
        }
        self.answer("ecs", "describe_task_definition", {"taskDefinition": definition})


@pytest.fixture
def operator() -> Iterator[Operator]:
    made = Operator()
    yield made
    for stub in made.stubs.values():
        stub.assert_no_pending_responses()
