"""Sizes of documents that follow from lists of the stack file: policies of roles, task definitions, variables of functions."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from typing import Final

import limits
from limits import quotas
from settings import derived, references
from settings.model import Container, Image, Service, Settings
from settings.problems import Place, Problem, at

_ACCOUNT: Final = "0" * 12
_SUFFIX: Final = "-AbCdEf"
"""What Secrets Manager adds to a secret's name."""
_ADDRESS: Final = "x" * 64
"""As long as a host of AWS's, or another value that is known only in AWS."""
_OTHERS: Final = 600
"""What a policy, a task definition or a container's part of it has besides what is counted here, about."""
_COLLECTOR: Final = 3000
"""What a collector's container has at most, its configuration and the variables that lead to it, about."""


def problems(settings: Settings) -> Iterator[Problem]:
    """Return which documents are too long."""
    for key, service in settings.services.items():
        place = ["services", key]
        yield from _containers(settings, key, service)
        yield from _execution_role(settings, key, service)
        yield from _task_role(place, service)
        yield from _task_definition(settings, key, service)
    yield from _urls(settings)
    yield from _reminders(settings)


def _containers(settings: Settings, key: str, service: Service) -> Iterator[Problem]:
    place: Place = ["services", key]
    observed = derived.is_observed(settings, key)
    count = 1 + len(service.sidecars) + (service.log_router is not None) + observed
    most = quotas.CONTAINERS_PER_TASK
    if count > most:
        router = ", one of them the log router" if service.log_router else ""
        router += ", one of them the collector" if observed else ""
        yield at(
            [*place, "sidecars"],
            f"{count} containers in a task{router}; ECS takes {most}: take {count - most} out, or make a service of its own of some",
            [*place, "sidecars", "*"],
            [*place, "logRouter"],
        )


def _execution_role(settings: Settings, key: str, service: Service) -> Iterator[Problem]:
    """Check the policy of the role that starts a service's tasks, which names each secret that they read."""
    named = [secret for container in _all(service) for secret in container.secrets.values()]
    if settings.telemetry and derived.is_observed(settings, key):
        named += settings.telemetry.headers.values()
    arns = list(dict.fromkeys(_secret_arn(settings, reference) for reference in named))
    size, most = len(_compact(_execution_policy(settings, key, service, arns))), quotas.INLINE_POLICY_CHARACTERS
    if arns and size > most:
        each = len(_compact(arns)) // len(arns)
        place: Place = ["services", key]
        yield at(
            [*place, "secrets"],
            f"{len(arns)} secrets make a policy of {size} characters; IAM takes {most}, so that about {len(arns) - 1 - (size - most) // each} "
            "with names like these fit: keep several values in one secret, a document with keys",
            [*place, "secrets", "*"],
            [*place, "sidecars", "*"],
        )


def _execution_policy(settings: Settings, key: str, service: Service, secrets: Sequence[str]) -> object:
    region = settings.aws.region
    start = f"arn:{limits.partition(region)}"
    group = f"{start}:logs:{region}:{_ACCOUNT}:log-group:{derived.log_group(settings, key, service)}:*"
    repositories = [f"{start}:ecr:{region}:{_ACCOUNT}:repository/{image.repository or ''}" for image in service.images]
    keys = [f"{start}:kms:{region}:{_ACCOUNT}:key/{'0' * 36}"] * (1 + len({*service.uses} - {"internalBalancer"}))
    pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    through = {"StringEquals": {"kms:ViaService": f"secretsmanager.{region}.amazonaws.com"}}
    statements = [
        {"Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Effect": "Allow", "Resource": [group]},
        {"Action": ["ecr:GetAuthorizationToken"], "Effect": "Allow", "Resource": ["*"]},
        {"Action": pull, "Effect": "Allow", "Resource": sorted(set(repositories))},
        {"Action": ["secretsmanager:GetSecretValue"], "Effect": "Allow", "Resource": secrets},
        {"Action": ["kms:Decrypt"], "Condition": through, "Effect": "Allow", "Resource": keys},
    ]
    return {"Statement": statements, "Version": "2012-10-17"}


def _task_role(place: Sequence[str], service: Service) -> Iterator[Problem]:
    granted = [[permission.actions, permission.resources] for permission in service.permissions]
    size, most = _OTHERS + len(_compact(granted)) + 50 * len(granted), quotas.INLINE_POLICY_CHARACTERS
    if size > most:
        yield at(
            [*place, "permissions"],
            f"they make a policy of about {size} characters; IAM takes {most}: name fewer, or take in more of them by a * at the end of an ARN",
            [*place, "permissions", "*"],
        )


def _task_definition(settings: Settings, key: str, service: Service) -> Iterator[Problem]:
    size = _OTHERS
    longest, most_of_it = 0, ""
    for name, container in [(key, service), *service.sidecars.items()]:
        definition = _compact(_definition(settings, name, container))
        size += _OTHERS + len(definition.encode("utf-8", "replace"))
        variables = len(_compact(dict(container.environment)))
        longest, most_of_it = max((longest, most_of_it), (variables, name))
    if service.log_router:
        size += _OTHERS + len(_compact(dict(service.log_router.routes))) * 8
    if settings.telemetry and derived.is_observed(settings, key):
        size += _COLLECTOR + len(_compact(dict(settings.telemetry.headers))) * 8
    most = quotas.TASK_DEFINITION_BYTES
    if size > most:
        place: Place = ["services", key]
        yield at(
            place,
            f"its task definition has about {size} bytes, of which {longest} are variables of {most_of_it}; ECS takes {most}: "
            "keep long values in a file of the image, in S3 or in a secret",
            [*place, "environment", "*"],
            [*place, "command", "*"],
            [*place, "secrets", "*"],
            [*place, "sidecars", "*"],
        )


def _definition(settings: Settings, name: str, container: Container) -> object:
    filled = {variable: references.REFERENCE.sub(_ADDRESS, text) for variable, text in container.environment.items()}
    return {
        "name": name,
        "image": _image(container.image),
        "command": container.command,
        "entryPoint": container.entry_point,
        "environment": [{"name": variable, "value": text} for variable, text in filled.items()],
        "secrets": [
            {"name": variable, "valueFrom": f"{_secret_arn(settings, reference)}:{reference.partition(':')[2]}::"}
            for variable, reference in container.secrets.items()
        ],
        "healthCheck": container.health_check.command if container.health_check else [],
    }


def _image(image: Image) -> str:
    return image.uri or f"{_ADDRESS}/{image.repository}@{image.digest or image.tag}"


def _urls(settings: Settings) -> Iterator[Problem]:
    """Check the variables of the function that fills the secrets with a URL: it is told which services read each."""
    cluster = settings.cluster.name or settings.name_prefix
    told = [
        [secret, _secret_arn(settings, secret) * 2, _ADDRESS * 3, cluster, derived.readers(settings, secret), "x" * 200]
        for secret in settings.url_secrets
    ]
    size, most = len(_compact(told)), quotas.FUNCTION_VARIABLES_BYTES
    if size > most:
        size = len(zlib.compress(_compact(told).encode("utf-8", "replace"))) * 4 // 3
    if size > most:
        part = next(iter(settings.url_secrets.values()))
        yield at(
            [part, "urlSecret"],
            f"the function that fills it is told of {len(settings.services)} services in about {size} bytes of variables; Lambda takes {most}: "
            "let fewer services read the URL, or give them shorter names",
            ["services", "*"],
        )


def _reminders(settings: Settings) -> Iterator[Problem]:
    """Check the policy of the function that looks at secrets' ages, which names each, twice where keys have ages."""
    watched = {
        name: secret for name, secret in settings.secrets.items() if secret.rotate_days or secret.key_rotate_days
    }
    arns = [_secret_arn(settings, name) for name in watched]
    arns += [_secret_arn(settings, name) for name, secret in watched.items() if secret.keys]
    size, most = _OTHERS + len(_compact(arns)), quotas.INLINE_POLICY_CHARACTERS
    if settings.notify and size > most:
        yield at(
            ["secrets"],
            f"reminders of {len(watched)} secrets make a policy of about {size} characters; IAM takes {most}: "
            "leave rotateDays out of some, or keep several values in one secret, a document with keys",
            ["secrets", "*"],
        )


def _all(service: Service) -> Sequence[Container]:
    return [service, *service.sidecars.values()]


def _secret_arn(settings: Settings, reference: str) -> str:
    name, region = reference.partition(":")[0], settings.aws.region
    if name in references.PART_SECRETS:
        name = f"rds!db-{'0' * 36}"
    start = f"arn:{limits.partition(region)}:secretsmanager:{region}:{_ACCOUNT}:secret:"
    return f"{start}{settings.secret_name(name)}{_SUFFIX}"


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=list)
