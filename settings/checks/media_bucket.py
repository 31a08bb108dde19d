"""The media bucket: its host and its copy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import limits
from settings.checks.provider import elsewhere
from settings.model import Media, Replicate, Settings
from settings.problems import Place, Problem, at, found

_BETWEEN_CLASSES: Final = 30
"""Days that a file stays in Infrequent Access at least."""


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    media = settings.media
    if media is None:
        return
    yield from _host(settings, media)
    yield from _taken(settings, media)
    if media.archive_days is not None and media.infrequent_access_days is not None:
        least = media.infrequent_access_days + _BETWEEN_CLASSES
        if media.archive_days < least:
            yield at(
                ["media", "archiveDays"],
                f"{media.archive_days} is too early: files stay 30 days where infrequentAccessDays puts them, so {least} or more",
                ["media", "infrequentAccessDays"],
            )
    if media.replicate:
        yield from _copy(settings, media, media.replicate)


def _taken(settings: Settings, media: Media) -> Iterator[Problem]:
    """Check that the buckets which the program makes are none that the file says are there already."""
    there: dict[str, Place] = {}
    if settings.load_balancer and settings.load_balancer.access_log_bucket:
        there[settings.load_balancer.access_log_bucket] = ["loadBalancer", "accessLogBucket"]
    if settings.delivery and settings.delivery.state_bucket:
        there[settings.delivery.state_bucket] = ["delivery", "stateBucket"]
    made: list[tuple[Place, str | None]] = [(["media", "bucket"], media.bucket)]
    if media.replicate:
        made.append((["media", "replicate", "bucket"], media.replicate.bucket))
    for place, name in made:
        if name and (other := there.get(name)):
            told = ".".join(map(str, other))
            yield at(place, f"{name!r} is the bucket of {told}, which is there already: choose another name", other)


def _host(settings: Settings, media: Media) -> Iterator[Problem]:
    """Check the host of its CloudFront; checks.domain compares it with the others."""
    host = media.cdn.host if media.cdn else None
    if host is None:
        return
    place: Place = ["media", "cdn", "host"]
    yield from found(place, limits.certificate_name(host))
    if host.startswith("*."):
        yield at(place, f"{limits.short(host)} stands for many; name one host")
    if settings.domain is None:
        yield at(
            place, f"{limits.short(host)} needs a record: add slipway:domain with the zone it lives in", ["domain"]
        )


def _copy(settings: Settings, media: Media, copy: Replicate) -> Iterator[Problem]:
    place: Place = ["media", "replicate"]
    yield from elsewhere(settings, [*place, "region"], copy.region)
    if not media.versioning:
        yield at(place, "S3 copies only versioned buckets: leave media.versioning on", ["media", "versioning"])
    if media.bucket and media.bucket == copy.bucket:
        yield at([*place, "bucket"], f"{media.bucket!r} is the bucket itself", ["media", "bucket"])


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what is legal but unwise."""
    scan = settings.media.malware_scan if settings.media else None
    if scan and settings.notify is None:
        yield at(
            ["media", "malwareScan"], "nobody is told of malware, nor of what could not be scanned: add slipway:notify"
        )
    bucket = settings.media.bucket if settings.media else None
    if bucket and "." in bucket:
        yield at(
            ["media", "bucket"],
            f"{limits.short(bucket)} has dots, which S3's certificate does not cover: browsers refuse its address, signed uploads to it fail, "
            "and CloudFront may not reach it; take a name with hyphens",
        )
