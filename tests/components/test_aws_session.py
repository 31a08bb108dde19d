"""As whom dynamic resources and commands call AWS."""

from __future__ import annotations

import datetime as dt
from typing import Any

import boto3  # type: ignore[import-untyped] # has no types of its own
import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped] # as above
from botocore.stub import Stubber  # type: ignore[import-untyped] # as above

from components._aws_session import AwsAccess

ROLE = "arn:aws:iam::123456789012:role/deploy"


class Sts:
    """The security token service, with answers written down beforehand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "testing")
        client = boto3.Session(region_name="us-east-1").client("sts")
        self.stub = Stubber(client)
        self.stub.activate()
        real = boto3.Session.client
        monkeypatch.setattr(
            boto3.Session, "client", lambda own, name, **more: client if name == "sts" else real(own, name, **more)
        )

    def grants(self, number: int, minutes: int) -> None:
        credentials = {
            "AccessKeyId": f"ASIA{number:012}",
            "SecretAccessKey": "secret",
            "SessionToken": f"token-{number}",
            "Expiration": dt.datetime.now(tz=dt.UTC) + dt.timedelta(minutes=minutes),
        }
        request = {"RoleArn": ROLE, "RoleSessionName": "slipway"}
        self.stub.add_response("assume_role", {"Credentials": credentials}, request)


@pytest.fixture
def sts(monkeypatch: pytest.MonkeyPatch) -> Sts:
    return Sts(monkeypatch)


def token(session: Any) -> str:
    return str(session.get_credentials().get_frozen_credentials().token)


def test_what_a_role_grants_is_asked_for_again_before_it_ends(sts: Sts) -> None:
    sts.grants(1, minutes=5)
    sts.grants(2, minutes=60)
    session = AwsAccess(region="us-east-1", role_arns=[ROLE]).session()
    assert token(session) == "token-2"
    assert token(session) == "token-2"
    sts.stub.assert_no_pending_responses()


def test_what_still_lasts_is_not_asked_for_again(sts: Sts) -> None:
    sts.grants(1, minutes=60)
    session = AwsAccess(region="us-east-1", role_arns=[ROLE]).session()
    assert token(session) == token(session) == "token-1"


def test_a_role_that_cannot_be_assumed_is_told_at_once(sts: Sts) -> None:
    sts.stub.add_client_error("assume_role", "AccessDenied")
    with pytest.raises(ClientError, match="AccessDenied"):
        AwsAccess(region="us-east-1", role_arns=[ROLE]).session()
