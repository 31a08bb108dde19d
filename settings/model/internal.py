"""`internal` of a service: what other services call it by."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from settings.model.section import AUTHORITY_ARN, Section
from settings.rules import form


class Internal(Section):
    """A name for other services of the stack, by ECS Service Connect: those that name it in `calls` reach it at `http://NAME:PORT`.

    Each task of both gets a proxy of AWS's, which shares the calls among tasks, tries again and measures; it takes about 256 CPU units and 64 MiB
    of what the task has.
    """

    name: (
        Annotated[
            str,
            form(
                r"(?=.{1,64}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?",
                "a name: at most 64 lower-case letters, digits and inner hyphens",
            ),
        ]
        | None
    ) = None
    """What others call it by, such as `pricing`; default its key here. A change is one of those that call it, too."""
    protocol: Literal["http", "http2", "grpc", "tcp"] = "http"
    """What it speaks at its `port`, without TLS: calls stay in the private subnets, and `certificateAuthorityArn` encrypts them on the way. A change
    replaces the service."""
    timeout_seconds: Annotated[int, Field(ge=0, le=3600)] | None = None
    """Seconds within which it answers a request, such as 60, 0 for no limit; default AWS's 15. Not with tcp."""
    certificate_authority_arn: Annotated[str, AUTHORITY_ARN] | None = Field(
        default=None,
        examples=["arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/1234abcd-12ab-34cd-56ef-1234567890ab"],
    )
    """An authority of AWS Private CA, in the stack's region and with the tag `AmazonECSManaged: true`, whose certificates calls to it are encrypted with:
    TLS 1.3 from the caller's proxy to its own. ECS makes them and exchanges them every five days; both applications notice nothing. Not with a
    `route`. The authority is billed by itself: about 50 USD a month where it makes short-lived certificates alone, which is enough, else about 400.
    A change rolls out new tasks."""
