"""`slipway:media`: the bucket for uploads, its CloudFront and its copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

import limits
from settings.model.section import Host, PriceClass, Section
from settings.rules import Rule


class MediaCdn(Section):
    """CloudFront in front of the media bucket. Its access logs are kept with the load balancer's, where there is one."""

    host: Host | None = None
    """A host name of the domain's zone for media, such as media.example.com; without it, CloudFront's own. A change makes a certificate and record
    for it: links to the former one end."""
    price_class: PriceClass = "PriceClass_100"
    """Which of CloudFront's locations serve: PriceClass_100 in North America and Europe, 200 in most others too, All everywhere, dearer with
    each."""


class Replicate(Section):
    """A copy of the media bucket in another region, kept up to date by S3."""

    region: Annotated[str, Rule(limits.region)] = Field(examples=["us-west-2"])
    """The region of the copy, such as eu-west-1. A change makes a new, empty copy."""
    bucket: Annotated[str, Rule(limits.bucket_name)] | None = None
    """The copy's name, unique in the world, such as shop-uploads-copy; generated when left out. A change replaces it with an empty one."""
    within_fifteen_minutes: bool = False
    """Whether S3 promises every copy within fifteen minutes and measures it. Billed by volume, about 0.015 USD a GB; a change makes no outage."""
    deletions: bool = False
    """Whether deletions are copied too; otherwise what is deleted by mistake is still in the copy. A change holds for later deletions."""


class MalwareScan(Section):
    """GuardDuty's scan of each new file for malware.

    It follows the upload by seconds, and tags the file (`GuardDutyMalwareScanStatus`). Until a file is found clean nobody reads it: neither a
    service, nor by a signed address, nor through CloudFront, which all are answered 403. Services read the tag (`s3:GetObjectTagging`) to
    know when; only the scan writes tags, so uploads come without any. What could not be scanned, such as an archive with a password, stays
    unread. The copy of `replicate` holds everything, backups too. `notify` is told of malware, and of what could not be scanned.
    """

    allow_unscanned: bool = False
    """Whether files are read before they are scanned, and whatever is found: for an application that looks at the tag itself, and at first for a bucket
    that holds files already, which are scanned only when asked for (`aws guardduty send-object-malware-scan`) and could not be read until then. Malware
    is told of as critical meanwhile."""


class Media(Section):
    """The bucket for files that people upload: private, versioned, encrypted with its own key."""

    bucket: Annotated[str, Rule(limits.bucket_name)] | None = None
    """The bucket's name, unique in the world, such as shop-uploads; generated when left out. A change replaces it with an empty one, once
    `protection` lets that happen."""
    versioning: bool = True
    """Whether overwritten and deleted files can be brought back, for `noncurrentDays`. Switched off, what was kept so far stays until then.
    Former versions are billed as files."""
    noncurrent_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """Days that overwritten and deleted files can be brought back, such as 30. They are billed as files until then; a change holds for all of them
    within a day."""
    infrequent_access_days: Annotated[int, Field(ge=30, le=3650)] | None = None
    """Days after which files move to S3 Standard-IA, such as 90: about half the price for keeping them, and a price for each reading. Off when
    left out."""
    archive_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    """Days after which files move to S3 Glacier Instant Retrieval, such as 180: a fifth of the price for keeping them, a higher one for each
    reading, and read as fast as before; at least 30 after `infrequentAccessDays`. Each is billed for 90 days there. Off when left out."""
    cors_origins: Sequence[Annotated[str, Rule(limits.web_origin)]] = ()
    """Web origins whose pages may upload and read, such as https://app.example.com."""
    cdn: MediaCdn | None = None
    """Serve the files through CloudFront; `{}` switches it on."""
    replicate: Replicate | None = None
    """Copy the files to another region, such as `{region: eu-west-1}`. What the bucket holds already is not copied. Billed by volume and as a second
    bucket."""
    malware_scan: MalwareScan | None = None
    """Scan each new file for malware, and let nobody read it before; `{}` switches it on. About 0.10 USD a GB and 0.22 USD a thousand files."""
