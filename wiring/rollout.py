"""What is asked after an update: each service, then the public address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi

from components._smoke import SmokeCheck
from components.rollout import RolloutArgs, ServiceRolloutArgs
from components.service import Service
from settings import derived
from wiring.context import Components, StackContext
from wiring.network import task_subnets


def args(
    context: StackContext, components: Components, services: Mapping[str, Service], public: Sequence[pulumi.Resource]
) -> RolloutArgs | None:
    """Return what is asked, or None where the stack file wants nothing verified.

    Args:
        context: what every part may need to know.
        components: the parts before.
        services: the services, by key.
        public: what stands between people and services: records, CloudFront.
    """
    settings = context.settings
    looked_at = {key: service for key, service in services.items() if settings.services[key].deployment.verify}
    asked = [SmokeCheck(**question) for question in derived.smoke(settings)]
    if not (looked_at or asked):
        return None
    return RolloutArgs(
        cluster_arn=components.cluster.arn,
        region=context.region,
        services={key: _service(context, components, key, service) for key, service in looked_at.items()},
        revisions={key: service.task_definition_arn for key, service in services.items()} if asked else {},
        smoke=asked,
        after=public,
        profile=settings.aws.profile,
        assume_role_arns=derived.role_arns(settings),
        endpoints=derived.endpoints(settings),
    )


def _service(context: StackContext, components: Components, key: str, service: Service) -> ServiceRolloutArgs:
    given = context.settings.services[key]
    return ServiceRolloutArgs(
        service_name=service.name,
        task_definition_arn=service.task_definition_arn,
        # What of a service's arguments makes ECS start its tasks anew, beside their definition.
        deployment={
            "subnets": list(task_subnets(context, components.network)),
            "security_group": service.security_group_id,
            "port": given.port or 0,
            "spot_percent": -1 if given.spot_percent is None else given.spot_percent,
            "exec": given.exec,
            # The target group, as far as the port does not tell it.
            **({"tls": True} if given.tls else {}),
        },
        containers=[key, *given.sidecars],
        log_group_name=service.log_group_name,
        strategy=given.deployment.strategy,
        timeout_minutes=given.deployment.verify_minutes,
    )
