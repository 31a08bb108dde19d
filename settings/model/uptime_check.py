"""`slipway:uptimeCheck`: a look from outside."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from settings.model.section import Section
from settings.rules import form


class UptimeCheck(Section):
    """Route 53 asks the domain's host over HTTPS from several continents, and pages when it does not answer."""

    path: Annotated[str, form(r"/\S{0,254}", "a path: a slash, then at most 254 characters without spaces")] = "/health"
    """The path it asks for, on port 443, such as /health: one that answers 2xx or 3xx within two seconds."""
    interval_seconds: Literal[10, 30] = 30
    """Seconds between the questions of each location; 10 cost more, and down is seen three times as soon. A change makes another check, without
    an outage."""
    failures: Annotated[int, Field(ge=1, le=10)] = 3
    """Failures in a row that count as down, such as 2: with `intervalSeconds` they decide how soon people are paged."""
