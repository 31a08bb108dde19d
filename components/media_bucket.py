"""The bucket for files that people upload, optionally served by CloudFront."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components import _bucket_names
from components import _buckets as buckets
from components import _documents as documents
from components import _malware_scan as malware
from components._access_logs import log_distribution
from components._checked import Checked
from components._dependencies import with_dependencies
from components._malware_scan import MalwareScanArgs
from components._response_headers import security_headers
from components.bucket_replication import BucketReplication, BucketReplicationArgs
from components.encryption_key import DataKey, data_key


@dataclass(frozen=True, kw_only=True, slots=True)
class MediaCdnArgs(Checked):
    """CloudFront in front of the bucket."""

    host: str | None = None
    """The host name it serves; None: CloudFront's own. Its record is made elsewhere."""
    certificate_arn: Input[str] | None = None
    """The certificate of `host`, in us-east-1; required with it."""
    price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"] = "PriceClass_100"
    """Which of CloudFront's locations serve: North America and Europe, most, or all. Changes the price per GB."""
    access_log_bucket: Input[str] | None = None
    """The bucket its access log goes to, `LoadBalancer.access_log_bucket`; None: no access log."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        if self.host is not None:
            yield "host", limits.host(self.host)
            if self.certificate_arn is None:
                yield "host", f"{self.host!r} needs certificate_arn, a certificate for it in us-east-1"
        elif self.certificate_arn is not None:
            yield "host", "None does not go with certificate_arn; give the host the certificate is for"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplicationArgs:
    """A copy of the bucket in another region."""

    region: str
    """The region. A change makes a new, empty copy."""
    copy_name: str | None = None
    """The copy's name; None: generated."""
    within_fifteen_minutes: bool = False
    """Whether S3 promises every copy within fifteen minutes. Billed by volume."""
    deletions: bool = False
    """Whether deletions are copied too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MediaBucketArgs(Checked):
    """What a bucket is made of."""

    name_prefix: str
    """What generated names start with, such as storefront-production."""
    bucket_name: str | None = None
    """Its name, unique in the world; None: generated. A change replaces the bucket."""
    account_id: Input[str]
    """The AWS account."""
    region: str
    """The AWS region."""
    versioning: bool = True
    """Whether overwritten and deleted files can be brought back. Switching it off keeps the versions there are."""
    expire_noncurrent_days: int = 90
    """Days they can be brought back. Billed as storage."""
    to_infrequent_access_days: int | None = None
    """Days, 30 at least, after which files move to storage that is cheaper to keep and billed per read; None: never."""
    to_archive_days: int | None = None
    """Days, 30 after those at least, after which files move to Glacier Instant Retrieval; None: never."""
    abort_upload_days: int = 7
    """Days after which the parts of unfinished uploads are deleted."""
    cors_origins: Sequence[str] = ()
    """Web origins whose pages may upload and read, such as https://app.example.com."""
    empty_on_destroy: bool = False
    """Whether deleting the bucket deletes what is in it; otherwise a bucket that is not empty stays."""
    protect: bool = True
    """Whether Pulumi refuses to delete the bucket and its key."""
    key_deletion_days: int = 30
    """Days its deleted key, and with it every file, can be brought back, 7 to 30."""
    data_key_arn: Input[str] | None = None
    """The key that encrypts files, where it is there already; None: one of its own is made. Another one is taken for new files."""
    replication: ReplicationArgs | None = None
    """Copy the files to another region; None: there is no copy."""
    cdn: MediaCdnArgs | None = None
    """Serve the files to everybody through CloudFront; None: only roles read them."""
    malware_scan: MalwareScanArgs | None = None
    """Scan each new file for malware; None: nothing is scanned."""
    backup_role_arn: Input[str] | None = None
    """The role that saves the files, as a pattern: it reads also what the scan lets nobody read. None: they are not saved."""
    boundary_arn: Input[str] | None = None
    """The permissions boundary of its roles; None: they have none."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        if self.bucket_name is not None:
            yield "bucket_name", limits.bucket_name(self.bucket_name)
        for name, value, least, most in (
            ("expire_noncurrent_days", self.expire_noncurrent_days, 1, _MOST_DAYS),
            ("to_infrequent_access_days", self.to_infrequent_access_days, 30, _MOST_DAYS),
            ("to_archive_days", self.to_archive_days, (self.to_infrequent_access_days or -29) + 30, _MOST_DAYS),
            ("abort_upload_days", self.abort_upload_days, 1, _MOST_DAYS),
            ("key_deletion_days", self.key_deletion_days, 7, 30),
        ):
            if value is not None and not least <= value <= most:
                yield name, f"{value} is outside {least} to {most}"
        if self.replication and not self.versioning:
            yield "replication", "S3 copies only versioned buckets: leave versioning on"
        for origin in self.cors_origins:
            if problem := limits.web_origin(origin):
                yield "cors_origins", problem


class MediaBucket(pulumi.ComponentResource):
    """A private, versioned bucket encrypted with its own key, that answers over TLS only.

    With `cdn`, CloudFront may read it and serves what it holds under `base_url`; the bucket itself stays private.
    """

    bucket: Output[str]
    """Its name, usable once what is written to it is versioned and encrypted."""
    arn: Output[str]
    """Its ARN."""
    key_arn: Output[str]
    """The key that encrypts it: who reads or writes it needs this key too."""
    regional_domain_name: Output[str]
    """Its own host name in its region."""
    base_url: Output[str]
    """Where its files are read, without a slash at the end."""
    cdn_domain_name: Output[str] | None
    """CloudFront's host name, the target of a record for `host`; None without `cdn`."""
    cdn_zone_id: Output[str] | None
    """The hosted zone of that name; None without `cdn`."""
    distribution_arn: Output[str] | None
    """The distribution's ARN; None without `cdn`."""
    copy_bucket: Output[str] | None
    """The name of the copy in another region; None without `replication`."""

    def __init__(self, name: str, args: MediaBucketArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:MediaBucket", name, None, opts)
        key = data_key(
            self,
            name,
            args,
            f"Uploaded files of {args.name_prefix}",
            args.data_key_arn,
            services=["cloudfront"] if args.cdn else [],
        )
        bucket = aws.s3.Bucket(
            f"{name}-bucket",
            bucket=args.bucket_name,
            bucket_prefix=None if args.bucket_name else _bucket_names.prefix(args.name_prefix, "media"),
            force_destroy=args.empty_on_destroy,
            opts=ResourceOptions(
                parent=self,
                protect=args.protect,
                ignore_changes=None if args.bucket_name else list(_bucket_names.kept(args.name_prefix)),
            ),
        )
        block = buckets.close(self, name, bucket)
        ready = self._keep(name, args, key, bucket, block)
        distribution = self._distribution(name, args, args.cdn, bucket) if args.cdn else None
        scanning = self._scanning(name, args, bucket, key) if args.malware_scan else None
        policy = self._policy(name, args, bucket, block, distribution, scanning[0] if scanning else None)
        cors = [self._cors(name, args, bucket, block)] if args.cors_origins else []
        if scanning:
            before = [scanning[1], *ready, policy, *cors]
            malware.plan(self, f"{name}-malware-scan", bucket.bucket, scanning[0], before)

        self.bucket = with_dependencies(bucket.bucket, *ready)
        self.arn = bucket.arn
        self.key_arn = key.arn
        self.regional_domain_name = bucket.bucket_regional_domain_name
        self.base_url = _base_url(args, bucket, distribution)
        self.cdn_domain_name = distribution.domain_name if distribution else None
        self.cdn_zone_id = distribution.hosted_zone_id if distribution else None
        self.distribution_arn = distribution.arn if distribution else None
        self.copy_bucket = self._copy(name, args, args.replication) if args.replication else None
        self.register_outputs(
            {
                "bucket": self.bucket,
                "arn": self.arn,
                "key_arn": self.key_arn,
                "regional_domain_name": self.regional_domain_name,
                "base_url": self.base_url,
                "cdn_domain_name": self.cdn_domain_name,
                "cdn_zone_id": self.cdn_zone_id,
                "distribution_arn": self.distribution_arn,
                "copy_bucket": self.copy_bucket,
            }
        )

    def _copy(self, name: str, args: MediaBucketArgs, replication: ReplicationArgs) -> Output[str]:
        copy = BucketReplication(
            f"{name}-copy",
            BucketReplicationArgs(
                name_prefix=args.name_prefix,
                account_id=args.account_id,
                region=args.region,
                bucket=self.bucket,
                bucket_arn=self.arn,
                key_arn=self.key_arn,
                to_region=replication.region,
                copy_name=replication.copy_name,
                within_fifteen_minutes=replication.within_fifteen_minutes,
                replicate_deletions=replication.deletions,
                expire_noncurrent_days=args.expire_noncurrent_days,
                empty_on_destroy=args.empty_on_destroy,
                protect=args.protect,
                key_deletion_days=args.key_deletion_days,
                boundary_arn=args.boundary_arn,
            ),
            ResourceOptions(parent=self),
        )
        return copy.bucket

    def _keep(
        self,
        name: str,
        args: MediaBucketArgs,
        key: DataKey,
        bucket: aws.s3.Bucket,
        block: aws.s3.BucketPublicAccessBlock,
    ) -> Sequence[pulumi.CustomResource]:
        """Encrypt and version what is written, and let it grow old; return what must stand before the first upload."""
        encryption = buckets.encrypt(self, name, bucket, block, key.arn)
        versioning = buckets.version(self, name, bucket, encryption, enabled=args.versioning)
        buckets.expire(self, name, bucket, _lifecycle(args), versioning)
        return [encryption, versioning]

    def _policy(
        self,
        name: str,
        args: MediaBucketArgs,
        bucket: aws.s3.Bucket,
        block: aws.s3.BucketPublicAccessBlock,
        distribution: aws.cloudfront.Distribution | None,
        scanning: aws.iam.Role | None,
    ) -> aws.s3.BucketPolicy:
        """Refuse requests without TLS and for what is not clean, and let the distribution read."""
        statements = [buckets.tls_only(bucket)]
        if args.malware_scan and scanning:
            saving = [args.backup_role_arn] if args.backup_role_arn else []
            statements += malware.refusals(args.malware_scan, bucket, [scanning.arn, *saving])
        if distribution:
            statements.append(
                documents.allow(
                    ["s3:GetObject"],
                    [Output.concat(bucket.arn, "/*")],
                    {"StringEquals": {"aws:SourceArn": distribution.arn}},
                    principal={"Service": "cloudfront.amazonaws.com"},
                    sid="Cdn",
                )
            )
        return buckets.allow(self, name, bucket, statements, block)

    def _scanning(
        self, name: str, args: MediaBucketArgs, bucket: aws.s3.Bucket, key: DataKey
    ) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        return malware.role(
            self,
            f"{name}-malware-scan",
            name_prefix=args.name_prefix,
            account_id=args.account_id,
            region=args.region,
            bucket=bucket,
            key_arn=key.arn,
            boundary_arn=args.boundary_arn,
        )

    def _cors(
        self, name: str, args: MediaBucketArgs, bucket: aws.s3.Bucket, block: aws.s3.BucketPublicAccessBlock
    ) -> aws.s3.BucketCorsConfiguration:
        """Let pages of the given origins upload and read, with addresses the application signs."""
        return aws.s3.BucketCorsConfiguration(
            f"{name}-cors",
            bucket=bucket.id,
            cors_rules=[
                aws.s3.BucketCorsConfigurationCorsRuleArgs(
                    allowed_origins=list(args.cors_origins),
                    allowed_methods=["GET", "HEAD", "POST", "PUT"],
                    allowed_headers=["*"],
                    expose_headers=["ETag"],
                    max_age_seconds=_CORS_SECONDS,
                )
            ],
            opts=ResourceOptions(parent=self, depends_on=[block]),
        )

    def _distribution(
        self, name: str, args: MediaBucketArgs, cdn: MediaCdnArgs, bucket: aws.s3.Bucket
    ) -> aws.cloudfront.Distribution:
        access = aws.cloudfront.OriginAccessControl(
            f"{name}-origin-access",
            description=f"Signs requests for uploaded files of {args.name_prefix}",
            origin_access_control_origin_type="s3",
            signing_behavior="always",
            signing_protocol="sigv4",
            opts=ResourceOptions(parent=self),
        )
        distribution = aws.cloudfront.Distribution(
            f"{name}-distribution",
            enabled=True,
            comment=f"Uploaded files of {args.name_prefix}",
            aliases=[cdn.host] if cdn.host else None,
            price_class=cdn.price_class,
            # Without one, / would ask the bucket for the list of its files.
            default_root_object="index.html",
            http_version="http2and3",
            is_ipv6_enabled=True,
            origins=[
                aws.cloudfront.DistributionOriginArgs(
                    origin_id=_ORIGIN,
                    domain_name=bucket.bucket_regional_domain_name,
                    origin_access_control_id=access.id,
                )
            ],
            default_cache_behavior=aws.cloudfront.DistributionDefaultCacheBehaviorArgs(
                target_origin_id=_ORIGIN,
                allowed_methods=["GET", "HEAD", "OPTIONS"],
                cached_methods=["GET", "HEAD"],
                viewer_protocol_policy="redirect-to-https",
                compress=True,
                cache_policy_id=_CACHING_OPTIMIZED,
                response_headers_policy_id=self._response_headers(name, args).id,
            ),
            restrictions=aws.cloudfront.DistributionRestrictionsArgs(
                geo_restriction=aws.cloudfront.DistributionRestrictionsGeoRestrictionArgs(restriction_type="none")
            ),
            viewer_certificate=aws.cloudfront.DistributionViewerCertificateArgs(
                acm_certificate_arn=cdn.certificate_arn,
                minimum_protocol_version="TLSv1.2_2021",
                ssl_support_method="sni-only",
            )
            if cdn.host
            else aws.cloudfront.DistributionViewerCertificateArgs(cloudfront_default_certificate=True),
            opts=ResourceOptions(parent=self),
        )
        if cdn.access_log_bucket is not None:
            log_distribution(f"{name}-log", args.name_prefix, distribution, cdn.access_log_bucket, self)
        return distribution

    def _response_headers(self, name: str, args: MediaBucketArgs) -> aws.cloudfront.ResponseHeadersPolicy:
        """Make browsers stay with TLS, take files for what they are said to be, and run no script in them."""
        return aws.cloudfront.ResponseHeadersPolicy(
            f"{name}-headers",
            comment=f"Uploaded files of {args.name_prefix}",
            security_headers_config=security_headers(
                override_referrer=True, content_security_policy="script-src 'none'"
            ),
            cors_config=aws.cloudfront.ResponseHeadersPolicyCorsConfigArgs(
                access_control_allow_credentials=False,
                access_control_allow_headers=aws.cloudfront.ResponseHeadersPolicyCorsConfigAccessControlAllowHeadersArgs(
                    items=["*"]
                ),
                access_control_allow_methods=aws.cloudfront.ResponseHeadersPolicyCorsConfigAccessControlAllowMethodsArgs(
                    items=["GET", "HEAD"]
                ),
                access_control_allow_origins=aws.cloudfront.ResponseHeadersPolicyCorsConfigAccessControlAllowOriginsArgs(
                    items=list(args.cors_origins)
                ),
                access_control_max_age_sec=_CORS_SECONDS,
                origin_override=True,
            )
            if args.cors_origins
            else None,
            opts=ResourceOptions(parent=self),
        )


_MOST_DAYS: Final = 2147483647
_ORIGIN: Final = "media"
_CACHING_OPTIMIZED: Final = "658327ea-f89d-4fab-a63d-7e88639e58f6"
"""AWS's cache policy for static files, the same in every account."""
_CORS_SECONDS: Final = 3600


def _lifecycle(args: MediaBucketArgs) -> aws.s3.BucketLifecycleConfigurationRuleArgs:
    return aws.s3.BucketLifecycleConfigurationRuleArgs(
        id="uploads",
        status="Enabled",
        filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
        abort_incomplete_multipart_upload=aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
            days_after_initiation=args.abort_upload_days
        ),
        noncurrent_version_expiration=aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
            noncurrent_days=args.expire_noncurrent_days
        ),
        transitions=[
            aws.s3.BucketLifecycleConfigurationRuleTransitionArgs(days=days, storage_class=storage_class)
            for days, storage_class in (
                (args.to_infrequent_access_days, "STANDARD_IA"),
                (args.to_archive_days, "GLACIER_IR"),
            )
            if days is not None
        ]
        or None,
    )


def _base_url(
    args: MediaBucketArgs, bucket: aws.s3.Bucket, distribution: aws.cloudfront.Distribution | None
) -> Output[str]:
    if args.cdn and args.cdn.host:
        return Output.from_input(f"https://{args.cdn.host}")
    return Output.concat("https://", distribution.domain_name if distribution else bucket.bucket_regional_domain_name)
