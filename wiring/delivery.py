"""The roles that pipelines come with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi

from components._deploy_policy import Kind
from components.delivery import DeliveryArgs, GitHubArgs
from settings import Settings, derived, model
from wiring.certificate import balancer_hosts, media_host, public_hosts
from wiring.context import CLOUDFRONT_REGION, StackContext


def args(context: StackContext) -> DeliveryArgs | None:
    """Return the arguments of the roles that pipelines come with, or None where the stack has none."""
    settings, delivery = context.settings, context.settings.delivery
    if delivery is None:
        return None
    try:
        return DeliveryArgs(
            label=context.label,
            account_id=context.account_id,
            regions=_regions(settings),
            github=_github(delivery.github),
            provider_arn=delivery.provider_arn,
            role_name=delivery.role_name,
            preview_role_name=delivery.preview_role_name,
            session_hours=delivery.session_hours,
            names=_names(settings),
            tags={"app": settings.app, "environment": settings.environment},
            hosts=_hosts(settings),
            state_bucket=delivery.state_bucket,
            state_key_arn=delivery.state_key_arn,
            boundary_arn=delivery.boundary_arn,
            empty_buckets=settings.protection.empty_on_destroy,
        )
    except ValueError as error:
        # Only the names of all parts together show whether the role fits IAM.
        raise pulumi.RunError(f"slipway:delivery: {error}") from None


def _github(github: model.GitHub) -> GitHubArgs:
    return GitHubArgs(
        repository=github.repository,
        owner_id=github.owner_id,
        repository_id=github.repository_id,
        environments=[github.environment] if github.environment else [],
        refs=[f"refs/heads/{github.branch}"] if github.branch else [],
    )


def _regions(settings: Settings) -> Sequence[str]:
    """Return where the stack's parts are, each region once."""
    media = settings.media
    regions = [settings.aws.region]
    # Certificates, firewalls and logs of CloudFront and the alarms of Route 53 are there.
    if settings.domain or (media and media.cdn):
        regions.append(CLOUDFRONT_REGION)
    if media and media.replicate:
        regions.append(media.replicate.region)
    if settings.backup and settings.backup.copy_region:
        regions.append(settings.backup.copy_region)
    if settings.notify:
        regions.append(settings.notify.chatbot_region)
    return list(dict.fromkeys(regions))


def _names(settings: Settings) -> Mapping[Kind, Sequence[str]]:
    """Return the names that the stack file gives, by kind: what else the roles reach starts with the stack's own name."""
    services = settings.services.items()
    families = [derived.family(settings, key, service) for key, service in services]
    families += [derived.migration_family(settings, key, settings.services[key]) for key in settings.migrating]
    return {
        "cluster": [settings.cluster.name or settings.label],
        "family": families,
        "repository": settings.repositories,
        "database": [settings.database.name or settings.label] if settings.database else [],
        "cache": [settings.cache.name or settings.label] if settings.cache else [],
        "bucket": _buckets(settings.media),
        "secret": [settings.secret_name(name) for name in settings.secrets],
        "written-secret": [settings.secret_name(name) for name in settings.url_secrets],
        "log-group": [group for key, service in services for group in derived.log_groups(settings, key, service)],
    }


def _buckets(media: model.Media | None) -> Sequence[str]:
    if media is None:
        return []
    names = [media.bucket, media.replicate.bucket if media.replicate else None]
    return [name for name in names if name]


def _hosts(settings: Settings) -> Sequence[str]:
    """Return every host that the stack has a record or a certificate of, each once."""
    domain, media = settings.domain, media_host(settings)
    hosts = [*public_hosts(domain), *balancer_hosts(settings, domain)] if domain else []
    return list(dict.fromkeys([*hosts, *([media] if media else [])]))
