"""The stack's outputs: what pipelines, people and other stacks need to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pulumi import Input, Output

from components import _documents as documents
from components.cdn import Cdn
from components.delivery import Delivery
from components.hibernation import Hibernation
from components.jobs import Jobs
from components.observability import Observability
from components.service import Service
from settings import derived, model
from wiring import sharing
from wiring.context import Components, StackContext

_CONSOLES: Final = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


def of(
    context: StackContext,
    components: Components,
    services: Mapping[str, Service],
    cdn: Cdn | None,
    observability: Observability | None,
    delivery: Delivery | None,
    hibernation: Hibernation | None,
    jobs: Jobs | None,
) -> Mapping[str, Input[object]]:
    """Return every output of the stack, by name."""
    return {
        **_running(context, components, services, cdn),
        **_data(components),
        **_dashboard(context.region, observability),
        **_operated(delivery, hibernation, jobs),
        **_offered(context, components),
    }


def _running(
    context: StackContext, components: Components, services: Mapping[str, Service], cdn: Cdn | None
) -> Mapping[str, Input[object]]:
    """Return the outputs that say what runs where, and how it is reached."""
    network, balancer = components.network, components.load_balancer
    shown: dict[str, Input[object]] = {
        "region": context.region,
        "vpcId": network.vpc_id,
        "privateSubnetIds": network.private_subnet_ids,
        "clusterName": components.cluster.name,
        "serviceNames": {key: service.name for key, service in services.items()},
        "taskFamilies": {key: service.family for key, service in services.items()},
        "logGroups": {key: service.log_group_name for key, service in services.items()},
    }
    if context.settings.domain:
        shown["url"] = f"https://{context.settings.domain.host}"
    if balancer:
        shown["loadBalancerDnsName"] = balancer.dns_name
    if internal := components.internal_balancer:
        shown["internalBalancerDnsName"] = internal.dns_name
        shown["internalUrl"] = f"https://{derived.internal_hosts(context.settings)[0]}"
    if cdn:
        shown["cdnDomainName"] = cdn.domain_name
    return shown


def _offered(context: StackContext, components: Components) -> Mapping[str, Input[object]]:
    """Return the output that other stacks use parts of this one by; none where it shares nothing."""
    offer = sharing.offer(context, components)
    return {model.OFFER: offer} if offer else {}


def _data(components: Components) -> Mapping[str, Input[object]]:
    """Return the outputs that lead to what the stack keeps."""
    database, cache, media = components.database, components.cache, components.media
    shown: dict[str, Input[object]] = {}
    if components.registry:
        shown["repositoryUrls"] = components.registry.urls
    holders = [holder for holder in (components.secrets, components.connection_strings) if holder]
    if holders:
        shown["secretArns"] = {name: arn for holder in holders for name, arn in holder.arns.items()}
    if database:
        shown |= {"databaseHost": database.address, "databaseSecretArn": database.secret_arn}
    if database and database.replica:
        shown["databaseReplicaHost"] = database.replica.address
    if cache:
        shown |= {"cacheHost": cache.host, "cacheSecretArn": cache.secret_arn}
    if components.queues:
        shown["queueUrls"] = components.queues.urls
    if media:
        shown |= {"mediaBucket": media.bucket, "mediaUrl": media.base_url}
    return shown


def _dashboard(region: str, observability: Observability | None) -> Mapping[str, Input[object]]:
    """Return the outputs that lead to the dashboard and to whoever is told."""
    shown: dict[str, Input[object]] = {}
    if observability and observability.dashboard_name:
        name, console = observability.dashboard_name, _CONSOLES[documents.partition(region)]
        page = f"https://{region}.{console}/cloudwatch/home?region={region}#dashboards/dashboard/"
        shown |= {"dashboardName": name, "dashboardUrl": Output.concat(page, name)}
    if observability and observability.topics:
        shown["topicArns"] = {channel.value: arn for channel, arn in observability.topics.items()}
    return shown


def _operated(
    delivery: Delivery | None, hibernation: Hibernation | None, jobs: Jobs | None
) -> Mapping[str, Input[object]]:
    """Return the outputs that pipelines come in with, that wake what sleeps, and start what waits for its time."""
    shown: dict[str, Input[object]] = {}
    if delivery:
        shown["deployRoleArn"] = delivery.role_arn
    if delivery and delivery.preview_role_arn:
        shown["previewRoleArn"] = delivery.preview_role_arn
    if hibernation:
        shown["wakeCommands"] = list(hibernation.wake_commands)
    if jobs:
        shown["jobCommands"] = jobs.start_commands
    return shown
