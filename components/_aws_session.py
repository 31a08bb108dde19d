"""How a dynamic resource reaches AWS: as the environment, a profile or assumed roles say, not as a stack file's AWS provider does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import boto3  # type: ignore[import-untyped] # has no types of its own
import botocore.session  # type: ignore[import-untyped] # as above
from botocore.config import Config  # type: ignore[import-untyped] # as above
from botocore.credentials import (  # type: ignore[import-untyped] # as above
    CredentialProvider,
    CredentialResolver,
    RefreshableCredentials,
)
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError  # type: ignore[import-untyped] # as above

Client: TypeAlias = Any  # boto3 makes its clients' methods at run time

_SERVER_ERROR: Final = 500
THROTTLED: Final = frozenset({"Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"})
"""The codes by which AWS asks to slow down."""
_CALLS: Final = Config(retries={"mode": "standard", "total_max_attempts": 10})


@dataclass(frozen=True, kw_only=True, slots=True)
class AwsAccess:
    """Where to call AWS, and as whom."""

    region: str
    """The AWS region."""
    profile: str | None = None
    """A profile of the AWS configuration file; None: the environment decides."""
    role_arns: Sequence[str] = ()
    """Roles to assume, each with the one before. What they grant ends after an hour, and is then asked for again."""
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
            own = botocore.session.get_session()
            own.register_component("credential_provider", CredentialResolver([_Role(sts, role_arn, self.session_name)]))
            session = boto3.Session(botocore_session=own, region_name=self.region)
            # A role that cannot be assumed is told now, not at the first call.
            session.get_credentials().get_frozen_credentials()
        return session

    def clients(self, *services: str) -> Mapping[str, Client]:
        """Return a client for each service that is named, all of one session."""
        session = self.session()
        return {
            service: session.client(service, endpoint_url=self.endpoints.get(service), config=_CALLS)
            for service in services
        }


def passes(error: BotoCoreError | ClientError) -> bool:
    """Tell whether an error says something of the moment only: of the network, of AWS itself, of too many calls."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= _SERVER_ERROR or str(error.response.get("Error", {}).get("Code", "")) in THROTTLED
    return isinstance(error, HTTPClientError)


class _Role(CredentialProvider):  # type: ignore[misc] # has no types of its own
    """Credentials of a role, asked for again before they end: a rollout may wait for longer than they last."""

    METHOD = "slipway-assume-role"

    def __init__(self, sts: Client, role_arn: str, session_name: str) -> None:
        super().__init__()
        self._sts, self._asked = sts, {"RoleArn": role_arn, "RoleSessionName": session_name}

    def load(self) -> RefreshableCredentials:
        return RefreshableCredentials.create_from_metadata(
            metadata=self._granted(), refresh_using=self._granted, method=self.METHOD
        )

    def _granted(self) -> dict[str, str]:
        granted = self._sts.assume_role(**self._asked)["Credentials"]
        return {
            "access_key": granted["AccessKeyId"],
            "secret_key": granted["SecretAccessKey"],
            "token": granted["SessionToken"],
            "expiry_time": granted["Expiration"].isoformat(),
        }
