"""The `aws:` keys of a stack file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

import limits
from settings.model.section import Section
from settings.rules import Rule, form


class Provider(Section):
    """The `aws:` keys that are handed to the AWS provider."""

    region: Annotated[str, Rule(limits.region)] = Field(examples=["us-east-1"])
    """The region to deploy to, such as `us-east-1`. A change makes everything anew there: give the new region a stack of its own and move the
    data."""
    profile: str | None = None
    """A profile of the AWS configuration file, such as `acme-production`; left out, the environment decides."""
    allowed_account_ids: Sequence[Annotated[str, form("[0-9]{12}", "an account: 12 digits")]] | None = None
    """Accounts this stack may touch, such as `["123456789012"]`: with credentials of another one, nothing is changed."""
    assume_roles: Sequence[Mapping[str, object]] | None = None
    """Roles to assume, one after the other, as the provider takes them, such as `[{roleArn: "arn:aws:iam::123456789012:role/deploy"}]`."""
    endpoints: Sequence[Mapping[str, str]] | None = None
    """Other addresses of AWS services, for emulators, such as `[{ecs: "http://localhost:4566"}]`."""
    s3_use_path_style: bool | None = None
    """Whether buckets are addressed by path, for emulators."""
    skip_credentials_validation: bool | None = None
    """Whether credentials are taken as they are, for emulators."""
    skip_metadata_api_check: bool | None = None
    """Whether the instance metadata service is left alone."""
    skip_requesting_account_id: bool | None = None
    """Whether the account's id is not asked for, for emulators."""
    access_key: str | None = None
    """Credentials, such as `test` for an emulator; better left to the environment."""
    secret_key: str | None = None
    """Credentials, such as `test` for an emulator; better left to the environment."""
    max_retries: int | None = None
    """How often a call that AWS throttles or fails is tried, such as 10; the provider's default is 25."""
