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
    """The region to deploy to."""
    profile: str | None = None
    """A profile of the AWS configuration file."""
    allowed_account_ids: Sequence[Annotated[str, form("[0-9]{12}", "an account: 12 digits")]] | None = None
    """Accounts this stack may touch."""
    assume_roles: Sequence[Mapping[str, object]] | None = None
    """Roles to assume, as the provider takes them."""
    endpoints: Sequence[Mapping[str, str]] | None = None
    """Other addresses of AWS services, for emulators."""
    s3_use_path_style: bool | None = None
    """Whether buckets are addressed by path, for emulators."""
    skip_credentials_validation: bool | None = None
    """Whether credentials are taken as they are, for emulators."""
    skip_metadata_api_check: bool | None = None
    """Whether the instance metadata service is left alone."""
    skip_requesting_account_id: bool | None = None
    """Whether the account's id is not asked for, for emulators."""
    access_key: str | None = None
    """Credentials; better left to the environment."""
    secret_key: str | None = None
    """Credentials; better left to the environment."""
    max_retries: int | None = None
    """How often a call is tried."""
