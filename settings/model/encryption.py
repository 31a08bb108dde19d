"""`slipway:encryption`: a key that is there already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from settings.model.section import KEY_ARN, Section

EncryptedPart = Literal["database", "cache", "media", "registry", "secrets", "volumes", "queues"]
_ALL: Final[Sequence[EncryptedPart]] = get_args(EncryptedPart)


class Encryption(Section):
    """A key of KMS that is there already and encrypts what the stack holds, in place of keys of the stack's own. For a stack that is made with it.

    Database, cache, repositories and file systems are made anew, and empty, for another key; what media, secrets and queues have stays under the one that they
    had, and is lost when that goes. Its policy has to let the account's IAM decide (docs/security.md).
    """

    key_arn: Annotated[str, KEY_ARN] = Field(
        examples=["arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"]
    )
    """The key, in the stack's region, symmetric. The program neither makes, changes nor deletes it."""
    parts: Annotated[Sequence[EncryptedPart], Field(min_length=1)] = _ALL
    """What it encrypts, such as `[database, media]`; default all that the stack has. The others have keys of the stack's own. Backups, topics and logs keep
    theirs (`logs.keyArn`)."""
