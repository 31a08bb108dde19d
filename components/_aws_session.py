"""How a dynamic resource reaches AWS: as the environment, a profile or assumed roles say, not as a stack file's AWS provider does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import boto3  # type: ignore[import-untyped] # has no types of its own
from botocore.config import Config  # type: ignore[import-untyped] # as above

Client: TypeAlias = Any  # boto3 makes its clients' methods at run time

_CALLS: Final = Config(retries={"mode": "standard", "total_max_attempts": 10})


@dataclass(frozen=True, kw_only=True, slots=True)
class AwsAccess:
    """Where to call AWS, and as whom."""

    region: str
    """The AWS region."""
    profile: str | None = None
    """A profile of the AWS configuration file; None: the environment decides."""
    role_arns: Sequence[str] = ()
    """Roles to assume, each with the one before. What they grant ends after an hour."""
    endpoints: Mapping[str, str] = field(default_factory=dict)
    """Other addresses of services, by boto3's names such as `ecs`, for emulators."""
    session_name: str = "slipway"
    """What CloudTrail calls an assumed session."""

    def session(self) -> Any:  # noqa: ANN401 - boto3 has no types of its own
        """Return a boto3 session.

        Raises:
            botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError: the profile is not there, or a role cannot be assumed.
        """
        session = boto3.Session(profile_name=self.profile, region_name=self.region)
        for role_arn in self.role_arns:
            sts = session.client("sts", endpoint_url=self.endpoints.get("sts"), config=_CALLS)
            granted = sts.assume_role(RoleArn=role_arn, RoleSessionName=self.session_name)["Credentials"]
            session = boto3.Session(
                aws_access_key_id=granted["AccessKeyId"],
                aws_secret_access_key=granted["SecretAccessKey"],
                aws_session_token=granted["SessionToken"],
                region_name=self.region,
            )
        return session

    def clients(self, *services: str) -> Mapping[str, Client]:
        """Return a client for each service that is named, all of one session."""
        session = self.session()
        return {
            service: session.client(service, endpoint_url=self.endpoints.get(service), config=_CALLS)
            for service in services
        }
