"""`slipway:domain`: host names and their zone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from settings.model.section import Host, Section
from settings.rules import form


class Domain(Section):
    """The application's host names and the Route 53 zone they live in."""

    zone_id: (
        Annotated[str, form("Z[A-Z0-9]{5,31}", "a hosted zone's id: Z and 5 to 31 capital letters and digits")] | None
    ) = None
    """The hosted zone's id, such as Z0123456789ABCDEFGHIJ. Give this or `zone`."""
    zone: Host | None = None
    """The hosted zone's name, such as example.com, looked up. Give this or `zoneId`."""
    host: Host = Field(examples=["app.example.com"])
    """The host name that the application is reached at, such as app.example.com. A change makes a certificate and record for it, and takes the old
    one's away."""
    alternative_hosts: Sequence[Host] = ()
    """Further host names on the same certificate, each with a record of its own (a wildcard only on the certificate), such as `[www.example.com]`. A
    change makes a new certificate beside the old one, without an outage."""
