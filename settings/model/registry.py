"""`slipway:registry`: image repositories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from settings.model.section import Repository, Section


class Registry(Section):
    """ECR repositories: those that services name in `image.repository`, and further ones."""

    repositories: Sequence[Repository] = ()
    """Repositories that no service here names, such as `[storefront/base]`. Taking one out deletes it, which ECR refuses while it holds images."""
    keep_images: Annotated[int, Field(ge=1, le=9000)] = 50
    """How many images a repository keeps, such as 100: as far back as a rollback reaches. Older ones are deleted within a day. Billed by GiB and month."""
    untagged_days: Annotated[int, Field(ge=1, le=3650)] = 7
    """Days after which untagged images go, such as 7: what a push of the same tag left behind, which nothing starts any more."""
    scan_on_push: bool = True
    """Whether images are scanned for known vulnerabilities as they arrive, without cost; `make push` stops at severe ones."""
    immutable_tags: bool = True
    """Whether a tag, once pushed, is fixed: a push of the same tag is refused, and a rollback brings back the image that ran. Off for pipelines that
    push `latest`."""
