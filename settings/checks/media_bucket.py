"""The media bucket: its host and its copy."""

from __future__ import annotations

from collections.abc import Iterator

import limits
from settings.checks.domain import inside
from settings.checks.provider import elsewhere
from settings.model import Media, Replicate, Settings
from settings.problems import Place, Problem, at, found


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    media = settings.media
    if media is None:
        return
    yield from _host(settings, media)
    if media.replicate:
        yield from _copy(settings, media, media.replicate)


def _host(settings: Settings, media: Media) -> Iterator[Problem]:
    if media.cdn and media.cdn.host:
        yield from found(["media", "cdn", "host"], limits.certificate_name(media.cdn.host))
        if settings.domain is None:
            yield at(
                ["media", "cdn", "host"],
                f"{media.cdn.host!r} needs a record: add slipway:domain with the zone it lives in",
                ["domain"],
            )
        elif media.cdn.host in (settings.domain.host, *settings.domain.alternative_hosts):
            yield at(
                ["media", "cdn", "host"],
                f"{media.cdn.host!r} already points at the application; media needs a host of its own",
                ["domain", "host"],
                ["domain", "alternativeHosts", "*"],
            )
        elif settings.domain.zone and not inside(media.cdn.host, settings.domain.zone):
            yield at(
                ["media", "cdn", "host"],
                f"{media.cdn.host!r} is not inside the zone {settings.domain.zone}",
                ["domain", "zone"],
            )


def _copy(settings: Settings, media: Media, copy: Replicate) -> Iterator[Problem]:
    place: Place = ["media", "replicate"]
    yield from elsewhere(settings, [*place, "region"], copy.region)
    if not media.versioning:
        yield at(place, "S3 copies only versioned buckets: leave media.versioning on", ["media", "versioning"])
    if media.bucket and media.bucket == copy.bucket:
        yield at([*place, "bucket"], f"{media.bucket!r} is the bucket itself", ["media", "bucket"])
