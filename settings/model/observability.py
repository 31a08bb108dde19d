"""`slipway:logs`: log groups of all parts."""

from __future__ import annotations

from settings.model.section import Days, Section


class Logs(Section):
    """Log groups of all parts."""

    retention_days: Days = 90
    """Days that logs are kept."""
    customer_key: bool = True
    """Whether logs are encrypted with a key of this stack's own."""
