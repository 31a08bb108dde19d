"""`slipway:dashboard`: all figures on one page."""

from __future__ import annotations

from typing import Annotated

from settings.model.section import Section
from settings.rules import form


class Dashboard(Section):
    """One CloudWatch dashboard with everything the stack has, and its alarms."""

    name: Annotated[str, form("[A-Za-z0-9_-]{1,255}", "a dashboard's name: letters, digits, - and _")] | None = None
    """Its name, such as shop-production; default app and environment. A change replaces it."""
