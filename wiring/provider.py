"""The AWS provider, and the tags on everything."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi_aws as aws

from settings import Settings
from wiring import permissions


def args(settings: Settings) -> aws.ProviderArgs:
    """Return the AWS provider's arguments: the `aws:` keys of the stack file, and the tags on everything."""
    given = settings.aws.model_dump(exclude_none=True)
    return aws.ProviderArgs(**given, default_tags=aws.ProviderDefaultTagsArgs(tags=tags(settings)))


def tags(settings: Settings) -> Mapping[str, str]:
    """Return the tags on everything: the stack file's, and the program's own, which win."""
    return {**settings.tags, **permissions.tags(settings), "managed-by": "pulumi"}
