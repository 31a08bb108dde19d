"""The roles that pipelines come with."""

from __future__ import annotations

import pulumi
from pulumi import Input

from components import _documents as documents
from components._permissions.scope import ACCOUNT
from components.delivery import DeliveryArgs, GitHubArgs, StateArgs
from settings import model
from wiring import permissions
from wiring.context import StackContext


def args(context: StackContext, vpc_id: Input[str]) -> DeliveryArgs | None:
    """Return the arguments of the roles that pipelines come with, or None where the stack has none."""
    settings, delivery = context.settings, context.settings.delivery
    if delivery is None:
        return None
    own = f"arn:{documents.partition(context.region)}:iam::{ACCOUNT}:policy/{context.name_prefix}-boundary"
    try:
        return DeliveryArgs(
            name_prefix=context.name_prefix,
            account_id=context.account_id,
            regions=permissions.regions(settings),
            github=_github(delivery.github),
            provider_arn=delivery.provider_arn,
            role_name=delivery.role_name,
            preview_role_name=delivery.preview_role_name,
            session_hours=delivery.session_hours,
            parts=permissions.parts(settings),
            names=permissions.names(settings),
            tags=permissions.tags(settings),
            hosts=permissions.hosts(settings),
            state=_state(context, delivery),
            boundary_arn=delivery.boundary_arn or own,
            vpc_id=vpc_id,
            permissions=[
                *(
                    documents.allow(permission.actions, permission.resources)
                    for permission in (settings.extension.permissions if settings.extension else ())
                ),
                *permissions.making_with_given_key(settings),
            ],
            given_vpc_id=settings.network.existing.vpc_id if settings.network.existing else None,
            given_addresses=settings.network.nat_allocation_ids,
            shared=permissions.shared(context),
            empty_buckets=settings.protection.empty_on_destroy,
        )
    except ValueError as error:
        # Only the names of all parts together show whether the role fits IAM.
        raise pulumi.RunError(f"slipway:delivery: {error}") from None


def _github(github: model.GitHub) -> GitHubArgs:
    return GitHubArgs(
        repository=github.repository,
        owner_id=github.owner_id,
        repository_id=github.repository_id,
        environments=[github.environment] if github.environment else [],
        refs=[f"refs/heads/{github.branch}"] if github.branch else [],
    )


def _state(context: StackContext, delivery: model.Delivery) -> StateArgs | None:
    if delivery.state_bucket is None and delivery.state_key_arn is None:
        return None
    return StateArgs(
        stack=context.stack,
        bucket=delivery.state_bucket,
        key_arn=delivery.state_key_arn,
        own_key=delivery.own_state_key,
        previewed=delivery.preview_reads_state,
    )
