"""`slipway:logs`: log groups of all parts."""

from __future__ import annotations

from typing import Annotated

from settings.model.section import KEY_ARN, Days, Section


class Logs(Section):
    """Log groups of all parts."""

    retention_days: Days = 90
    """Days that logs are kept, such as 90. A lower number deletes what is older at once; a higher one brings nothing back. Billed by GB and
    month."""
    customer_key: bool = True
    """Whether logs are encrypted with a key of this stack's own, 1 USD a month, instead of CloudWatch's. What was written under it can be read
    only as long as that key is there."""
    key_arn: Annotated[str, KEY_ARN] | None = None
    """A key of KMS that is there already, in the stack's region, instead of one of the stack's own. Its policy has to let CloudWatch Logs use it
    (`logs.REGION.amazonaws.com`), or no log group is made; CloudFront's firewall in another region keeps a key of the stack's own."""
