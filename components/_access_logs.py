"""The bucket that a load balancer, and CloudFront before it, write their access logs to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from components import _bucket_names
from components import _buckets as buckets
from components import _documents as documents
from components import _names as names
from components._dependencies import with_dependencies

_CDN_REGION: Final = "us-east-1"
"""Where CloudFront's logs are set up, wherever they go."""

# The accounts from which load balancers of the older regions write; newer regions use the service's principal alone.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
_WRITERS: Final[Mapping[str, str]] = {
    "af-south-1": "098369216593",
    "ap-east-1": "754344448648",
    "ap-northeast-1": "582318560864",
    "ap-northeast-2": "600734575887",
    "ap-northeast-3": "383597477331",
    "ap-south-1": "718504428378",
    "ap-southeast-1": "114774131450",
    "ap-southeast-2": "783225319266",
    "ap-southeast-3": "589379963580",
    "ca-central-1": "985666609251",
    "cn-north-1": "638102146993",
    "cn-northwest-1": "037604701340",
    "eu-central-1": "054676820928",
    "eu-north-1": "897822967062",
    "eu-south-1": "635631232127",
    "eu-west-1": "156460612806",
    "eu-west-2": "652711504416",
    "eu-west-3": "009996457667",
    "me-south-1": "076674570225",
    "sa-east-1": "507241528517",
    "us-east-1": "127311923021",
    "us-east-2": "033677994240",
    "us-gov-east-1": "190560391635",
    "us-gov-west-1": "048591011584",
    "us-west-1": "027434742980",
    "us-west-2": "797873946194",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessLogArgs:
    """What the log's bucket is made of."""

    name_prefix: str
    """The stack's name in AWS: the beginning of the bucket's name."""
    region: str
    """The load balancer's region, and the bucket's."""
    cdn: bool
    """Whether distributions write to it too, see `log_distribution`."""
    account_id: Input[str]
    """The AWS account."""
    days: int
    """Days an entry is kept."""
    empty_on_destroy: bool
    """Whether deleting the bucket deletes the log with it."""
    protect: bool
    """Whether Pulumi refuses to delete the bucket."""


def access_log_bucket(name: str, args: AccessLogArgs, parent: pulumi.Resource) -> Output[str]:
    """Make the bucket; return its name, usable once load balancers may write to it: AWS tries that when it makes one."""
    bucket = aws.s3.Bucket(
        f"{name}-bucket",
        bucket_prefix=_bucket_names.prefix(args.name_prefix, "requests"),
        force_destroy=args.empty_on_destroy,
        opts=ResourceOptions(
            parent=parent, protect=args.protect, ignore_changes=list(_bucket_names.kept(args.name_prefix))
        ),
    )
    block = buckets.close(parent, name, bucket)
    policy = buckets.allow(parent, name, bucket, list(_statements(args, bucket)), block)
    # Load balancers cannot write to a bucket encrypted with KMS.
    encryption = buckets.encrypt(parent, name, bucket, policy)
    rule = aws.s3.BucketLifecycleConfigurationRuleArgs(
        id="expire",
        status="Enabled",
        filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
        expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(days=args.days),
        abort_incomplete_multipart_upload=aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
            days_after_initiation=7
        ),
    )
    buckets.expire(parent, name, bucket, rule, encryption)
    return with_dependencies(bucket.bucket, policy, encryption)


def log_distribution(
    name: str, name_prefix: str, distribution: aws.cloudfront.Distribution, bucket: Input[str], parent: pulumi.Resource
) -> None:
    """Let a distribution write its access log into `access_log_bucket`'s, of any region: JSON without cookies, under `AWSLogs`.

    Args:
        name: what the names of its resources begin with.
        name_prefix: the stack's name in AWS.
        distribution: the distribution.
        bucket: the bucket's name, usable once CloudFront may write to it: AWS tries that.
        parent: the component they belong to.
    """
    # A distribution has one log of a kind: with another name there would be two for a while, which AWS refuses.
    once = ResourceOptions(parent=parent, ignore_changes=["name"])
    source = aws.cloudwatch.LogDeliverySource(
        f"{name}-source",
        name=names.after(name_prefix, f"{name}-source", names.DELIVERY),
        log_type="ACCESS_LOGS",
        resource_arn=distribution.arn,
        region=_CDN_REGION,
        opts=once,
    )
    # AWS refuses two changes to one destination at a time (ConflictException), so that distributions do not share it.
    destination = aws.cloudwatch.LogDeliveryDestination(
        f"{name}-destination",
        name=names.after(name_prefix, f"{name}-destination", names.DELIVERY),
        output_format="json",
        delivery_destination_configuration=aws.cloudwatch.LogDeliveryDestinationDeliveryDestinationConfigurationArgs(
            destination_resource_arn=Output.concat("arn:aws:s3:::", bucket)
        ),
        region=_CDN_REGION,
        opts=once,
    )
    aws.cloudwatch.LogDelivery(
        f"{name}-delivery",
        delivery_source_name=source.name,
        delivery_destination_arn=destination.arn,
        region=_CDN_REGION,
        opts=ResourceOptions(parent=parent),
    )


def _statements(args: AccessLogArgs, bucket: aws.s3.Bucket) -> Iterator[documents.Statement]:
    """Yield who may write, and that nobody does anything without TLS."""
    own = Output.concat(bucket.arn, "/AWSLogs/", args.account_id, "/*")
    yield buckets.tls_only(bucket)
    service = "logdelivery.elasticloadbalancing.amazonaws.com"
    yield documents.allow(["s3:PutObject"], [own], principal={"Service": service}, sid="Delivery")
    if account := _WRITERS.get(args.region):
        arn = f"arn:{documents.partition(args.region)}:iam::{account}:root"
        yield documents.allow(["s3:PutObject"], [own], principal={"AWS": arn}, sid="RegionalDelivery")
    if args.cdn:
        # As AWS would write it into the policy by itself where it is missing:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html
        sources = Output.concat(f"arn:aws:logs:{_CDN_REGION}:", args.account_id, ":delivery-source:*")
        yield documents.allow(
            ["s3:PutObject"],
            [own],
            {
                "StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceAccount": args.account_id},
                "ArnLike": {"aws:SourceArn": sources},
            },
            principal={"Service": "delivery.logs.amazonaws.com"},
            sid="AWSLogDeliveryWrite1",
        )
