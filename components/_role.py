"""The role of a service of AWS's that works for a part of the stack."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws
from pulumi import Input, ResourceOptions

from components import _documents as documents


def service_role(
    parent: pulumi.Resource,
    name: str,
    *,
    service: str,
    name_prefix: str,
    description: str,
    account_id: Input[str] | None = None,
    source_arn: Input[str] | None = None,
    boundary_arn: Input[str] | None = None,
) -> aws.iam.Role:
    """Make a role that one service of AWS's may take on. All roles of components but those of pipelines come from here.

    Args:
        parent: the component it belongs to.
        name: its logical name.
        service: the service's principal, such as `ecs-tasks.amazonaws.com`.
        name_prefix: what generated names start with; becomes the role's path.
        description: what the role is for, in a sentence without a full stop.
        account_id: the account for which alone the service may take it on; None where the service says no account.
        source_arn: the resource for which alone the service may take it on; None where any of the account's may.
        boundary_arn: its permissions boundary, beyond which no policy of its own leads; None: none.
    """
    return aws.iam.Role(
        name,
        description=description,
        path=f"/{name_prefix}/",
        assume_role_policy=documents.trust(service, account_id, source_arn),
        permissions_boundary=boundary_arn,
        opts=ResourceOptions(parent=parent),
    )
