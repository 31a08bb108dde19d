"""`slipway:protection`: guards against loss."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from settings.model.section import Section


class Protection(Section):
    """What stands between a mistake and lost data. Switch off, `pulumi up`, then `pulumi destroy`."""

    protect: bool = True
    """Whether Pulumi refuses to delete the database, the cache, buckets, keys and secrets. To delete one, say false, update, and then take it out."""
    deletion_protection: bool = True
    """Whether AWS refuses to delete the database and the load balancer, whoever asks. A change makes no outage."""
    final_snapshot: bool = True
    """Whether deleting the database or cache leaves a last snapshot, which is billed by GiB and month until somebody deletes it."""
    empty_on_destroy: bool = False
    """Whether buckets and repositories are emptied when they are deleted; otherwise AWS refuses to delete what holds anything."""
    secret_recovery_days: Annotated[int, Field(ge=0, le=30)] = 30
    """Days a deleted secret can be brought back, such as 14 (7 to 30); 0 deletes at once and frees its name."""
    key_deletion_days: Annotated[int, Field(ge=7, le=30)] = 30
    """Days a deleted encryption key can be brought back, such as 30; then what it encrypts is lost for good."""
