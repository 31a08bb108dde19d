"""A resource that wants an answer, and the answers that many types have."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

ACCOUNT: Final = "123456789012"
"""The AWS account the stand-ins belong to."""


PARTITION: Final = "aws"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider adds to the inputs of a resource."""

    id: str
    outputs: Mapping[str, object] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    """Keys of `outputs` that are secret by their nature."""


@dataclass(frozen=True, slots=True)
class AskedResource:
    """A resource that wants an answer."""

    urn: str
    type: str
    name: str
    inputs: Mapping[str, object]
    region: str

    def hex(self, length: int, salt: str = "") -> str:
        """Return digits that are the same for the same resource and salt, in lower-case hexadecimal."""
        return hashlib.sha256(f"{self.urn}#{salt}".encode()).hexdigest()[:length]

    def letters(self, length: int, salt: str = "") -> str:
        """Return capital letters and digits that are the same for the same resource and salt."""
        digest = hashlib.sha512(f"{self.urn}#{salt}".encode()).digest()
        return base64.b32encode(digest).decode()[:length]

    def uuid(self, salt: str = "") -> str:
        """Return a UUID that is the same for the same resource and salt."""
        digits = self.hex(32, salt)
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def text(self, key: str, default: str = "") -> str:
        """Return an input that is text, or `default` where it is none."""
        value = self.inputs.get(key)
        return value if isinstance(value, str) else default

    def physical(self, key: str = "name", limit: int = 255) -> str:
        """Return the given physical name, or the one that Pulumi's autonaming makes up."""
        given = self.text(key)
        prefix = self.text(f"{key}Prefix")
        return given or (prefix or f"{self.name[: limit - 8]}-") + self.hex(7, "name")

    def arn(self, service: str, resource: str, *, region: str | None = None, account: str = ACCOUNT) -> str:
        """Return the ARN of something of a service; `region` and `account` are empty where it has none."""
        return f"arn:{PARTITION}:{service}:{self.region if region is None else region}:{account}:{resource}"


Maker = Callable[[AskedResource], Answer]


def named(arn: str, *, key: str = "name", id_is: str = "name", limit: int = 255) -> Maker:
    """Answer a resource with a physical name and an ARN pattern such as `rds:subgrp:{name}`.

    Args:
        arn: service, a colon, and the resource part; `-` after the service leaves out region, `--` account as well.
        key: the input that holds the physical name.
        id_is: what the id is: name, arn or uuid.
        limit: the longest physical name AWS takes.
    """
    service, _, pattern = arn.partition(":")
    without_account = service.endswith("--")
    without_region = service.endswith("-")

    def make(asked: AskedResource) -> Answer:
        name = asked.physical(key, limit)
        uuid = asked.uuid()
        full = asked.arn(
            service.rstrip("-"),
            pattern.format(name=name, uuid=uuid, hex=asked.hex(16)),
            region="" if without_region else None,
            account="" if without_account else ACCOUNT,
        )
        return Answer({"name": name, "arn": full, "uuid": uuid}[id_is], {key: name, "arn": full})

    return make


def ec2(prefix: str, kind: str, *more: tuple[str, str]) -> Maker:
    """Answer an EC2 object: `<prefix>-<17 hex>`; `more` are outputs that are ids of their own, by key and prefix."""

    def make(asked: AskedResource) -> Answer:
        id_ = f"{prefix}-{asked.hex(17)}"
        extra = {key: f"{other}-{asked.hex(17, key)}" for key, other in more}
        return Answer(id_, {"arn": asked.arn("ec2", f"{kind}/{id_}"), "ownerId": ACCOUNT, **extra})

    return make


def echo_id(key: str, *, suffix: str = "") -> Maker:
    """Answer a resource that has no identity of its own: its id is one of its inputs."""

    def make(asked: AskedResource) -> Answer:
        return Answer((asked.text(key) or f"{asked.name}-{asked.hex(7)}") + suffix)

    return make


def adding(maker: Maker, more: Callable[[AskedResource, Answer], Mapping[str, object]]) -> Maker:
    """Add outputs to what another maker answers."""

    def make(asked: AskedResource) -> Answer:
        answer = maker(asked)
        return Answer(answer.id, {**answer.outputs, **more(asked, answer)}, answer.secrets)

    return make
