"""A collector of OpenTelemetry beside a service, and what the service's own container is told of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import quote

import limits
from components import _documents as documents
from components._collector import ENDPOINT, TRACING, CollectorArgs, container
from components._containers import BuildArgs, Condition, ContainerArgs
from settings import Settings, derived, model
from wiring import containers
from wiring.context import Components, StackContext

_CONDITIONS: Final[Mapping[str, Condition]] = {"started": "START", "healthy": "HEALTHY"}


def beside(
    context: StackContext, key: str, made: Sequence[ContainerArgs], components: Components
) -> Sequence[ContainerArgs]:
    """Return a service's containers, its own first, with a collector where it has one."""
    settings = context.settings
    wanted = args(context, key, components)
    if wanted is None or settings.telemetry is None:
        return made
    own, *others = made
    given = variables(settings, key)
    # Where nothing listens, each batch of spans would be an error in the log.
    alone = {"OTEL_SDK_DISABLED": "true"} if "OTEL_EXPORTER_OTLP_ENDPOINT" in given else {}
    observed = replace(
        own,
        environment={**given, **own.environment},
        alone={name: value for name, value in alone.items() if name not in (*own.environment, *own.secrets)},
        after={**own.after, limits.COLLECTOR: _CONDITIONS[settings.telemetry.before]},
    )
    return [observed, *others, container(wanted)]


def args(context: StackContext, key: str, components: Components) -> CollectorArgs | None:
    """Return the arguments of a service's collector, or None where it has none."""
    settings, telemetry = context.settings, context.settings.telemetry
    if telemetry is None or not derived.is_observed(settings, key):
        return None
    image = containers.image(telemetry.image, components)
    if isinstance(image, BuildArgs):
        raise TypeError("the settings let no collector's image be built")
    return CollectorArgs(
        image=image,
        registry_login=containers.login(context, telemetry.image, components),
        region=context.region,
        endpoint=telemetry.endpoint,
        headers={
            name: containers.secret(context, reference, components) for name, reference in telemetry.headers.items()
        },
        metrics=telemetry.metrics,
        metrics_namespace=f"{settings.name_prefix}/{key}",
        metrics_log_group=derived.metrics_log_group(settings, key, settings.services[key]),
        cpu=telemetry.cpu,
        memory_mib=telemetry.memory_mib,
    )


def images(settings: Settings, key: str) -> Sequence[model.Image]:
    """Return the collector's image, where a service has one."""
    return [settings.telemetry.image] if settings.telemetry and derived.is_observed(settings, key) else []


def variables(settings: Settings, key: str) -> Mapping[str, str]:
    """Return what SDKs of OpenTelemetry in a service's own container read: the names are the specification's."""
    telemetry, service = settings.telemetry, settings.services[key]
    if telemetry is None or not derived.is_observed(settings, key):
        return {}
    given = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": ENDPOINT,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_LOGS_EXPORTER": "none",
        "OTEL_METRICS_EXPORTER": "otlp" if telemetry.metrics else "none",
        "OTEL_RESOURCE_ATTRIBUTES": _attributes(settings, telemetry, service),
        "OTEL_SERVICE_NAME": derived.service_name(settings, key, service),
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": f"{telemetry.sample_percent / 100:.6f}".rstrip("0").rstrip("."),
    }
    return {name: value for name, value in given.items() if name not in (*service.environment, *service.secrets)}


def _attributes(settings: Settings, telemetry: model.Telemetry, service: model.Service) -> str:
    """Return attributes in the form of W3C's baggage, as the specification has it."""
    version = service.image.tag or service.image.digest
    found = {
        "deployment.environment.name": settings.environment,
        "service.namespace": settings.app,
        **({"service.version": version} if version else {}),
        **telemetry.attributes,
    }
    return ",".join(f"{name}={quote(value, safe='')}" for name, value in sorted(found.items()))


def access(settings: Settings, key: str) -> Iterator[documents.Statement]:
    """Yield what a service's role needs besides, so that traces get to X-Ray."""
    if settings.telemetry and settings.telemetry.endpoint is None and derived.is_observed(settings, key):
        yield documents.allow(TRACING, ["*"])
