import pulumi
import pytest

from components._access_logs import AccessLogArgs, access_log_bucket
from components.cdn import Cdn, CdnArgs
from components.media_bucket import MediaBucket, MediaBucketArgs, MediaCdnArgs
from preview.record import Mode
from tests.components.conftest import ACCOUNT, build

BUCKET = "aws:s3/bucket:Bucket"
DELIVERY = "aws:cloudwatch/logDelivery:LogDelivery"
DESTINATION = "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
SOURCE = "aws:cloudwatch/logDeliverySource:LogDeliverySource"


def program() -> None:
    """A bucket and two distributions that log to it."""
    parent = pulumi.ComponentResource("slipway:index:Logged", "logged")
    args = AccessLogArgs(
        name_prefix="storefront",
        region="eu-west-1",
        cdn=True,
        account_id=ACCOUNT,
        days=30,
        empty_on_destroy=False,
        protect=True,
    )
    bucket = access_log_bucket("log", args, parent)
    cdn = CdnArgs(
        name_prefix="storefront",
        hosts=["shop.example.com"],
        certificate_arn="arn:aws:acm:us-east-1:123456789012:certificate/cdn",
        origin_host="origin.shop.example.com",
        header_name="X-Origin-Verify",
        header_value="value-of-the-header",
        access_log_bucket=bucket,
    )
    Cdn("cdn", cdn)
    served = MediaCdnArgs(access_log_bucket=bucket)
    MediaBucket("media", MediaBucketArgs(name_prefix="storefront", account_id=ACCOUNT, region="eu-west-1", cdn=served))


@pytest.mark.parametrize("mode", ["update", "preview"])
def test_each_distribution_has_a_delivery_of_its_own_set_up_where_cloudfront_is(mode: Mode) -> None:
    graph = build(program, mode=mode)
    for name in ("cdn", "media"):
        source, destination = graph.one(SOURCE, f"{name}-log-source"), graph.one(DESTINATION, f"{name}-log-destination")
        delivery = graph.one(DELIVERY, f"{name}-log-delivery")
        assert {made.inputs["region"] for made in (source, destination, delivery)} == {"us-east-1"}
        assert source.inputs["logType"] == "ACCESS_LOGS"
        assert graph.reaches(source, graph.one(DISTRIBUTION, f"{name}-distribution"))
        assert destination.inputs["outputFormat"] == "json"
        assert graph.direct(delivery, SOURCE) == (source,)
        assert graph.direct(delivery, DESTINATION) == (destination,)


def test_entries_reach_the_bucket_once_its_policy_stands() -> None:
    graph = build(program)
    bucket = graph.one(BUCKET, "log-bucket")
    for destination in graph.of(DESTINATION):
        assert destination.inputs["deliveryDestinationConfiguration"] == {
            "destinationResourceArn": bucket.outputs["arn"]
        }
        assert graph.direct(destination, POLICY) == (graph.one(POLICY, "log-policy"),)
