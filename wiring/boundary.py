"""The permissions boundary of the stack's roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pulumi

import limits
from components import _documents as documents
from components._permissions.scope import ACCOUNT, Kind
from components.boundary import BoundaryArgs
from settings import Settings, derived
from wiring import containers, permissions, telemetry
from wiring.context import StackContext


def args(context: StackContext) -> BoundaryArgs | None:
    """Return the arguments of the boundary, or None where the stack file names another."""
    settings = context.settings
    if settings.delivery and settings.delivery.boundary_arn:
        return None
    database = settings.database
    try:
        return BoundaryArgs(
            name_prefix=context.name_prefix,
            account_id=context.account_id,
            regions=permissions.regions(settings),
            tags=permissions.tags(settings),
            parts=permissions.parts(settings),
            names=_names(settings),
            shared=permissions.shared(context),
            repository_arns=_repositories(settings),
            database_users=derived.database_tokens(database) if database else [],
            exec_enabled=any(service.exec for service in settings.services.values()),
            given=[
                *_existing_secrets(settings),
                *_given(settings),
                *_traces(settings),
                *_authorities(settings),
                *permissions.using_given_key(settings),
            ],
        )
    except ValueError as error:
        # Only what all services may do together shows whether the boundary fits IAM.
        raise pulumi.RunError(f"slipway:services: {error}") from None


def _names(settings: Settings) -> Mapping[Kind, Sequence[str]]:
    """Return the stack's names; shells in a cluster of another stack are recorded in that one's log."""
    names = dict(permissions.names(settings))
    if derived.shares(settings, "cluster") and any(service.exec for service in settings.services.values()):
        names["log-group"] = [*names["log-group"], f"/ecs/{settings.cluster.name}/exec"]
    return names


def _repositories(settings: Settings) -> Sequence[str]:
    """Return the repositories of others that services pull from."""
    images = [image.uri for image in settings.images if image.uri]
    if settings.database and settings.database.users:
        images.append(derived.users_image(settings.database))
    return sorted({arn for image in images if (arn := containers.repository_arn(image))})


def _existing_secrets(settings: Settings) -> Iterator[documents.Statement]:
    """Yield what reading the secrets that are there already takes."""
    region, given = settings.aws.region, [secret for secret in settings.secrets.values() if secret.existing]
    start = f"arn:{documents.partition(region)}:{{service}}:{region}:{ACCOUNT}:"
    for service, action, name in (
        ("secretsmanager", "secretsmanager:GetSecretValue", "secret:{name}-??????"),
        ("ssm", "ssm:GetParameters", "parameter{name}"),
    ):
        named = [
            text if text.startswith("arn:") else start.format(service=service) + name.format(name=text)
            for secret in given
            if (text := secret.existing or "") and limits.secret_parameter(text) == (service == "ssm")
        ]
        if named:
            yield documents.allow([action], sorted(set(named)))
    if keys := sorted({secret.key_arn for secret in given if secret.key_arn}):
        yield documents.allow(["kms:Decrypt"], keys)


def _traces(settings: Settings) -> Iterator[documents.Statement]:
    """Yield what services with a collector are given, once."""
    yield from next((found for key in settings.services if (found := list(telemetry.access(settings, key)))), [])


def _authorities(settings: Settings) -> Iterator[documents.Statement]:
    """Yield what ECS needs to have certificates made for calls between services, and to keep them."""
    if arns := permissions.authorities(settings):
        reading = ["DescribeCertificateAuthority", "GetCertificate", "GetCertificateAuthorityCertificate"]
        yield documents.allow([f"acm-pca:{action}" for action in [*reading, "IssueCertificate"]], arns)
        region = settings.aws.region
        kept = f"arn:{documents.partition(region)}:secretsmanager:{region}:{ACCOUNT}:secret:ecs-sc!*"
        actions = ["CreateSecret", "DeleteSecret", "DescribeSecret", "GetSecretValue", "PutSecretValue", "RotateSecret"]
        actions += ["TagResource", "UpdateSecret", "UpdateSecretVersionStage"]
        yield documents.allow([f"secretsmanager:{action}" for action in actions], [kept])


def _given(settings: Settings) -> Sequence[documents.Statement]:
    """Return what services are given by the stack file, each once."""
    found = {
        (tuple(sorted(permission.actions)), tuple(permission.resources))
        for service in settings.services.values()
        for permission in service.permissions
    }
    return [documents.allow(actions, resources) for actions, resources in sorted(found)]
