"""What all parts are made from: the stack file, the account, the keys of the logs, and the parts before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import pulumi
import pulumi_aws as aws
from pulumi import Input, InvokeOptions, Output

import limits
from components.boundary import Boundary
from components.cache import Cache
from components.cluster import Cluster
from components.connection_string_secrets import ConnectionStringSecrets
from components.database import Database
from components.encryption_key import EncryptionKey
from components.existing_network import AnyNetwork
from components.media_bucket import MediaBucket
from components.queues import Queues
from components.registry import AnyRegistry
from components.secrets import Secrets
from components.shared_load_balancer import AnyLoadBalancer
from components.volumes import Volumes
from settings import Settings, derived, model
from wiring import shared

CLOUDFRONT_REGION: Final = "us-east-1"
"""Where CloudFront looks for certificates and firewalls."""
LOG_KEY: Final = "logs"
EDGE_LOG_KEY: Final = "edge-logs"


@dataclass(frozen=True, kw_only=True, slots=True)
class StackContext:
    """What every part may need to know."""

    settings: Settings
    """The stack file."""
    account_id: Input[str]
    """The AWS account."""
    zone_id: Input[str]
    """The hosted zone; empty where the stack has no domain."""
    cloudfront_prefix_list: Input[str] | None = None
    """The id of AWS's list of the addresses CloudFront comes from; None where it is not in front of the load balancer."""
    log_key_arn: Input[str] | None = None
    """The key that encrypts logs; None: AWS's own."""
    edge_log_key_arn: Input[str] | None = None
    """The key that encrypts CloudFront's logs; None: AWS's own."""
    boundary_arn: Input[str] | None = None
    """The permissions boundary of the stack's roles."""
    existing_secrets: Mapping[str, Input[str]] = field(default_factory=dict)
    """The ARNs of the secrets that are there already, by their names in the stack file."""
    lookup: InvokeOptions = field(default_factory=InvokeOptions)
    """By which provider AWS is asked."""
    offer: model.OfferedParts | None = None
    """What another stack lets this one use; None where it uses nothing of another."""
    stack: str = ""
    """`PROJECT/STACK`, as Pulumi's state has it."""

    @property
    def name_prefix(self) -> str:
        """What generated names start with."""
        return self.settings.name_prefix

    @property
    def region(self) -> str:
        """The stack's region."""
        return self.settings.aws.region

    def data_key_arn(self, part: model.EncryptedPart) -> str | None:
        """Return the key that encrypts what a part holds, where it is there already."""
        given = self.settings.encryption
        return given.key_arn if given and part in given.parts else None

    def with_boundary(self, boundary: Boundary | None) -> StackContext:
        """Return this context with the boundary of the stack's own making, or the one that the stack file names."""
        delivery = self.settings.delivery
        named = delivery.boundary_arn if delivery else None
        return replace(self, boundary_arn=boundary.arn if boundary else named)

    def with_log_keys(self, keys: Mapping[str, EncryptionKey]) -> StackContext:
        """Return this context with the keys that encrypt logs, by component. CloudFront's logs take the stack's where it has none of its own."""
        arns = {name: key.arn for name, key in keys.items()}
        own = arns.get(LOG_KEY) or self.settings.logs.key_arn
        return replace(self, log_key_arn=own, edge_log_key_arn=arns.get(EDGE_LOG_KEY) or own)


@dataclass(frozen=True, slots=True)
class Components:
    """The components that services are wired to; None for those that the stack does not have."""

    network: AnyNetwork
    cluster: Cluster
    secrets: Secrets | None = None
    connection_strings: ConnectionStringSecrets | None = None
    registry: AnyRegistry | None = None
    database: Database | None = None
    cache: Cache | None = None
    media: MediaBucket | None = None
    load_balancer: AnyLoadBalancer | None = None
    internal_balancer: AnyLoadBalancer | None = None
    queues: Queues | None = None
    volumes: Volumes | None = None

    def balancer_of(self, service: model.Service) -> AnyLoadBalancer | None:
        """Return the load balancer that a service gets requests from; None for a worker."""
        if service.route is None:
            return None
        return self.internal_balancer if derived.inside(service) else self.load_balancer


def resolve(settings: Settings, lookup: InvokeOptions) -> StackContext:
    """Return the context of a stack, after asking AWS for what the stack file does not say; `lookup` says by which provider."""
    account_id = aws.get_caller_identity_output(opts=lookup).account_id
    settings, offer = shared.taken(settings, account_id)
    return StackContext(
        settings=settings,
        account_id=account_id,
        zone_id=_zone_id(settings.domain, lookup),
        cloudfront_prefix_list=_cloudfront_prefix_list(lookup) if settings.cdn else None,
        existing_secrets={
            name: _existing_secret(secret.existing, settings.aws.region, account_id, lookup)
            for name, secret in settings.secrets.items()
            if secret.existing
        },
        lookup=lookup,
        offer=offer,
        stack=f"{pulumi.get_project()}/{pulumi.get_stack()}",
    )


def _existing_secret(existing: str, region: str, account_id: Output[str], lookup: InvokeOptions) -> Input[str]:
    """Return the ARN of a secret or parameter: a secret's ends in what only AWS knows, so it is looked up by its name."""
    if existing.startswith("arn:"):
        return existing
    if limits.secret_parameter(existing):
        return Output.concat(f"arn:{limits.partition(region)}:ssm:{region}:", account_id, f":parameter{existing}")
    return aws.secretsmanager.get_secret_output(name=existing, opts=lookup).arn


def _zone_id(domain: model.Domain | None, lookup: InvokeOptions) -> Input[str]:
    """Return the id of the hosted zone, looked up where only its name is given."""
    if domain is None:
        return ""
    return domain.zone_id or aws.route53.get_zone_output(name=domain.zone, opts=lookup).zone_id


def _cloudfront_prefix_list(lookup: InvokeOptions) -> Output[str]:
    return aws.ec2.get_managed_prefix_list_output(name="com.amazonaws.global.cloudfront.origin-facing", opts=lookup).id
