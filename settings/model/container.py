"""What a service's own container and its sidecars share: image, variables, health."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

import limits
from settings.model.section import EnvironmentName, Port, Repository, SecretName, Section, Text
from settings.rules import Rule, form

READY_CHECKS: Final[Sequence[str]] = ("python", "curl")
"""Health check commands that the program writes out itself, with the service's port and path."""


def _ready_made(value: object) -> object:
    """Read the name of a ready health check command as that command; `None` and mappings stay."""
    if isinstance(value, str):
        if value not in READY_CHECKS:
            problem = f"{limits.short(value)} is not a ready health check; allowed: {limits.listed(READY_CHECKS)}, or a mapping with a command"
            raise PydanticCustomError("limit", "{problem}", {"problem": problem})
        return {"command": [value]}
    return value


class Build(Section):
    """An image that is built and pushed as part of the update, and pinned by its digest."""

    context: Text = Field(examples=["../app"])
    """The folder to build, relative to the project, such as `../app`. A change of its files makes a new image and rolls out new tasks."""
    dockerfile: str | None = None
    """The Dockerfile, such as docker/api.Dockerfile; default `Dockerfile` in the context."""
    arguments: Mapping[Text, str] = Field(default_factory=dict)
    """Build arguments, such as `{VITE_API_BASE_URL: https://shop.example.com}`. Never secrets: they stay readable in the image."""
    target: str | None = None
    """The stage of the Dockerfile to build, such as `runtime`; default the last."""


class Image(Section):
    """Where a container's image comes from: `repository` with `tag`, `digest` or `build`; or `uri`."""

    repository: Repository | None = None
    """A repository of the registry section, which makes it: its name without a host, such as `storefront/api`."""
    tag: (
        Annotated[
            str,
            form(
                "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}",
                "an image tag: at most 128 letters, digits and _ . -, beginning with none of . -",
            ),
        ]
        | None
    ) = None
    """The image's tag, such as a commit (`9f2c1ab`); in quotes if it could be a number. A change rolls out new tasks."""
    digest: (
        Annotated[str, form("sha256:[a-f0-9]{64}", "an image digest: sha256: and 64 lower-case hexadecimal digits")]
        | None
    ) = None
    """The image's digest, `sha256:` and 64 hexadecimal digits, such as `sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`,
    instead of a tag: exactly that image runs, whatever is pushed later."""
    uri: (
        Annotated[str, Rule(limits.image_uri, {"pattern": r"^(?!\w+://)\S{1,1024}$"}, limits.IMAGE_URI_WORDS)] | None
    ) = None
    """An image in any registry, with tag or digest, such as `public.ecr.aws/nginx/nginx:1.29`. Tasks pull it at each start, so they need a way
    there: NAT, or an endpoint."""
    credentials: SecretName | None = None
    """The secret that tasks log in to that registry with, such as GitHub's or Docker Hub's: its name in `slipway:secrets`, a document with the keys
    `[username, password]`. Not for ECR, where the tasks' role is let in."""
    build: Build | None = None
    """Build it during the update instead; pushed to `repository`."""
    allow_mutable_tag: bool = False
    """Whether a tag such as latest or main is accepted in production, where it makes rollbacks and audits guesswork."""


class HealthCheck(Section):
    """How ECS tells, inside the container, whether it is well."""

    command: Annotated[Sequence[Text], Field(min_length=1)] = Field(examples=[["CMD", "/bin/healthy"]])
    """`CMD` or `CMD-SHELL` and what to run, which the image must contain; or `python` or `curl` alone for a ready one."""
    interval_seconds: Annotated[int, Field(ge=5, le=300)] = 30
    """Seconds between runs, such as 30: with `retries` they decide how soon a hanging container is replaced. A change rolls out new tasks."""
    timeout_seconds: Annotated[int, Field(ge=2, le=60)] = 5
    """Seconds a run may take, below `intervalSeconds`, such as 5; a longer one counts as failed. A change rolls out new tasks."""
    retries: Annotated[int, Field(ge=1, le=10)] = 3
    """Failures in a row that make the container unhealthy, such as 3; ECS then replaces its task. A change rolls out new tasks."""
    start_seconds: Annotated[int, Field(ge=0, le=300)] = 60
    """Seconds after the start in which failures do not count: as long as the application takes to start, such as 90."""


class Container(Section):
    """What a service's own container and its sidecars share."""

    image: Image
    """Where its image comes from, such as `{repository: storefront/api, tag: 9f2c1ab}`. A change rolls out new tasks."""
    command: Sequence[str] = ()
    """What the container runs instead of the image's command, an argument each, such as `[celery, worker]`. A change rolls out new tasks."""
    entry_point: Sequence[str] = ()
    """What it runs instead of the image's entry point, such as `[sh, -c]`. A change rolls out new tasks."""
    environment: Mapping[EnvironmentName, str] = Field(default_factory=dict)
    """Plain values, such as `{DB_HOST: "${database.host}"}`: `${database.host}` and its like stand for what is built (docs/configuration.md lists them).
    Never secrets."""
    secrets: Mapping[EnvironmentName, str] = Field(default_factory=dict)
    """Variables from secrets, such as `{SESSION_KEY: storefront/session-key}`: a secret's name, `name:key` of a JSON document, database:password,
    cache:token and so on."""
    not_secret: Mapping[Text, Text] = Field(
        default_factory=dict, examples=[{"APP_KEY": "the name of the shop, shown on each page"}]
    )
    """Variables, and options in commands, that only look like secrets, each with the reason why it may stand here in clear text. The policy
    pack is told by a tag of the task definition; a change of the names makes a new revision."""
    user: Annotated[str, form("[a-z0-9_-]+(?::[a-z0-9_-]+)?", "a user: a name or number, or user:group")] = "1000"
    """The user it runs as, a name or number of the image, such as `"1000"` or `app:app`; root must be asked for. A change rolls out new tasks."""
    read_only_root: bool = True
    """Whether its filesystem is read-only but for /tmp. Off for an image that writes elsewhere, which the policy pack reports. A change rolls
    out new tasks."""
    health_check: Annotated[
        HealthCheck | None,
        BeforeValidator(_ready_made, json_schema_input_type=HealthCheck | Literal["python", "curl"] | None),
    ] = None
    """How it is asked whether it is well: ready commands for images with Python or curl, or your own."""


class Sidecar(Container):
    """A helper container in each task of a service."""

    before: Literal["started", "healthy", "succeeded"] | None = None
    """What the service's own container waits for: that this one has started, that its `healthCheck` passes, or that it has run to a good end,
    such as a command that fetches files first. Nothing when left out: all start together."""
    essential: bool = False
    """Whether the task stops when it does. Off for helpers that the application can do without for a while."""
    port: Port | None = None
    """A port it listens on inside the task, such as 4317: its neighbours reach it at localhost, nobody else does."""
    cpu: Annotated[int, Field(ge=1)] | None = None
    """CPU units set aside for it of the task's, such as 64; 1024 are one vCPU. Left out, it shares what is free."""
    memory_mib: Annotated[int, Field(ge=6)] | None = None
    """Memory it may use of the task's, MiB, such as 128: above it is killed. Left out, it may use all that is free."""
