"""`slipway:telemetry`: a collector of OpenTelemetry beside services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal

from pydantic import Field

import limits
from settings.model.container import Image
from settings.model.section import PartName, Section, Text
from settings.rules import checked, form

COLLECTOR_IMAGE: Final = "public.ecr.aws/aws-observability/aws-otel-collector:v0.50.0"
"""AWS Distro for OpenTelemetry Collector, from AWS's public registry."""

HeaderName = Annotated[
    str, form("[A-Za-z][A-Za-z0-9-]{0,63}", "a header's name: at most 64 letters, digits and hyphens, a letter first")
]
AttributeName = Annotated[
    str,
    form(
        "[a-z][a-z0-9_.]{0,63}", "an attribute's name: at most 64 lower-case letters, digits and _ . , a letter first"
    ),
]


class Telemetry(Section):
    """A collector of OpenTelemetry (AWS Distro, ADOT) in each task of services, which takes OTLP at localhost and sends it on.

    Traces go to AWS X-Ray, and metrics to CloudWatch where asked for; or both to an endpoint of your own. The services' own containers get
    `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_SERVICE_NAME`, sampling and so on, unless they set these themselves; their images bring an SDK of
    OpenTelemetry. Migrations and jobs send nothing (`OTEL_SDK_DISABLED`). How X-Ray encrypts is a setting of the account's, which is left alone.
    """

    services: Sequence[PartName] = Field(default=(), examples=[["api"]])
    """The services that have one in their tasks, such as `[api, worker]`; default all. A change rolls out new tasks."""
    sample_percent: Annotated[float, Field(ge=0, le=100)] = 5
    """Requests that are traced, percent, such as 20; what calls a service decides for it. X-Ray costs 5 USD for a million traces."""
    metrics: bool = False
    """Whether the application's metrics are sent as well. In CloudWatch each is a metric of its own with each set of attributes, 0.30 USD a month; they are
    in the namespace `<app>-<environment>/<service>`, by way of a log group `<the service's>/metrics`."""
    endpoint: (
        Annotated[str, checked(limits.https_endpoint, limits.HTTPS_ENDPOINT, limits.HTTPS_ENDPOINT_WORDS)] | None
    ) = Field(default=None, examples=["https://api.honeycomb.io"])
    """Where OTLP over HTTP is sent instead of X-Ray and CloudWatch, such as https://otlp.example.com; the collector adds /v1/traces and /v1/metrics."""
    headers: Mapping[HeaderName, Text] = Field(default_factory=dict, examples=[{"x-api-key": "storefront/otlp:key"}])
    """Headers of these requests from secrets, such as `{x-api-key: storefront/otlp}`: a secret's name, or `name:key` of a JSON document. The secret
    holds the header's whole value."""
    attributes: Mapping[AttributeName, Text] = Field(default_factory=dict, examples=[{"team": "checkout"}])
    """Attributes of everything that is sent, such as `{team: checkout}`, besides the service's name and version, app and environment."""
    before: Literal["started", "healthy"] = "started"
    """What a service's own container waits for. In both cases it stops before the collector does, so that its last spans are sent; `healthy` loses
    no first ones either, and keeps tasks from starting where the collector cannot."""
    image: Image = Field(default_factory=lambda: Image(uri=COLLECTOR_IMAGE))
    """The collector; default a fixed version from AWS's public registry."""
    cpu: Annotated[int, Field(ge=1)] | None = Field(default=None, examples=[64])
    """CPU units set aside for it of the task's, such as 64. Left out, it shares what is free."""
    memory_mib: Annotated[int, Field(ge=64, le=8192)] = 128
    """Memory it may use of the task's, MiB, such as 256 for many spans. It refuses spans before it comes near. A change rolls out new tasks."""
