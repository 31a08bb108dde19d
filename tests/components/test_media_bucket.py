import json
import re
from typing import Any

import pulumi_aws as aws
import pytest

from components._malware_scan import MalwareScanArgs
from components.media_bucket import MediaBucket, MediaBucketArgs, MediaCdnArgs, ReplicationArgs
from preview.graph import Graph
from tests.components.conftest import ACCOUNT, build, check_contract

BUCKET = "aws:s3/bucket:Bucket"
CORS = "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
HEADERS = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
KEY = "aws:kms/key:Key"
LOG_DESTINATION = "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination"
LOG_SOURCE = "aws:cloudwatch/logDeliverySource:LogDeliverySource"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
ORIGIN_ACCESS = "aws:cloudfront/originAccessControl:OriginAccessControl"
OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
PUBLIC_ACCESS = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/media"
HOSTED = MediaCdnArgs(host="media.example.com", certificate_arn=CERTIFICATE, price_class="PriceClass_200")


def args(**changes: Any) -> MediaBucketArgs:
    given: dict[str, Any] = {"name_prefix": "storefront-production", "account_id": ACCOUNT, "region": "eu-west-1"}
    return MediaBucketArgs(**{**given, **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: MediaBucket("media", args(**changes)))


def statements(graph: Graph, type_: str) -> dict[str, Any]:
    document = json.loads(str(graph.one(type_).inputs["policy"]))
    return {statement["Sid"]: statement for statement in document["Statement"]}


def outputs(graph: Graph) -> Any:
    return graph.registered_outputs[graph.one("slipway:index:MediaBucket").urn]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"cors_origins": ["https://app.example.com"], "cdn": MediaCdnArgs(access_log_bucket="requests")},
        {"cdn": HOSTED, "to_infrequent_access_days": 30, "versioning": False},
        {"replication": ReplicationArgs(region="us-west-2")},
    ],
)
def test_contract(changes: dict[str, Any]) -> None:
    check_contract(lambda: MediaBucket("media", args(**changes)))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"bucket_name": "Media"}, "bucket_name: 'Media' is not a bucket name"),
        (
            {"versioning": False, "replication": ReplicationArgs(region="eu-west-1")},
            "replication: S3 copies only versioned buckets: leave versioning on",
        ),
        ({"expire_noncurrent_days": 0}, "expire_noncurrent_days: 0 is outside 1 to 2147483647"),
        ({"to_archive_days": 0}, "to_archive_days: 0 is outside 1 to 2147483647"),
        ({"to_infrequent_access_days": 30, "to_archive_days": 59}, "to_archive_days: 59 is outside 60 to 2147483647"),
        ({"to_infrequent_access_days": 29}, "to_infrequent_access_days: 29 is outside 30 to 2147483647"),
        ({"abort_upload_days": 0}, "abort_upload_days: 0 is outside 1 to 2147483647"),
        ({"key_deletion_days": 31}, "key_deletion_days: 31 is outside 7 to 30"),
        ({"cors_origins": ["*"]}, "cors_origins: '*' is not a web origin"),
        ({"cors_origins": ["https://app.example.com/"]}, "'https://app.example.com/' is not a web origin"),
    ],
)
def test_refuses_what_aws_refuses(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=r"^MediaBucketArgs\.") as error:
        args(**changes)
    assert problem in str(error.value)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"host": "media"}, "MediaCdnArgs.host: 'media' is not a host name"),
        ({"host": "media.example.com"}, "MediaCdnArgs.host: 'media.example.com' needs certificate_arn"),
        ({"certificate_arn": CERTIFICATE}, "MediaCdnArgs.host: None does not go with certificate_arn"),
    ],
)
def test_a_host_comes_with_its_certificate(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=r"^MediaCdnArgs\.") as error:
        MediaCdnArgs(**changes)
    assert problem in str(error.value)


def test_bucket_is_closed() -> None:
    graph = recorded()
    assert graph.has(
        PUBLIC_ACCESS,
        bucket=graph.one(BUCKET).outputs["id"],
        blockPublicAcls=True,
        blockPublicPolicy=True,
        ignorePublicAcls=True,
        restrictPublicBuckets=True,
    )
    assert graph.has(OWNERSHIP, rule={"objectOwnership": "BucketOwnerEnforced"})


def test_answers_over_tls_only() -> None:
    graph = recorded()
    arn = graph.one(BUCKET).outputs["arn"]
    assert statements(graph, POLICY) == {
        "TlsOnly": {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["s3:*"],
            "Resource": [arn, f"{arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    }


def test_encrypted_with_a_key_of_its_own() -> None:
    graph = recorded(key_deletion_days=7)
    key = graph.one(KEY, deletionWindowInDays=7)
    by_default = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key.outputs["arn"]}
    assert graph.has(ENCRYPTION, rules=[{"applyServerSideEncryptionByDefault": by_default, "bucketKeyEnabled": True}])
    assert "CloudFront" not in statements(graph, KEY), "nobody but roles reads a bucket without a CDN"


@pytest.mark.parametrize(("versioning", "status"), [(True, "Enabled"), (False, "Suspended")])
def test_versioning(*, versioning: bool, status: str) -> None:
    assert recorded(versioning=versioning).has(VERSIONING, versioningConfiguration={"status": status})


def test_lifecycle() -> None:
    rule = {
        "id": "uploads",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
        "noncurrentVersionExpiration": {"noncurrentDays": 90},
    }
    assert recorded().one(LIFECYCLE).inputs["rules"] == [rule]
    changed = recorded(expire_noncurrent_days=30, abort_upload_days=1, to_infrequent_access_days=60)
    assert changed.one(LIFECYCLE).inputs["rules"] == [
        {
            **rule,
            "abortIncompleteMultipartUpload": {"daysAfterInitiation": 1},
            "noncurrentVersionExpiration": {"noncurrentDays": 30},
            "transitions": [{"days": 60, "storageClass": "STANDARD_IA"}],
        }
    ]


def test_changes_to_the_bucket_follow_one_another() -> None:
    graph = recorded(cors_origins=["https://app.example.com"], cdn=MediaCdnArgs())
    order = [
        (PUBLIC_ACCESS, OWNERSHIP),
        (POLICY, PUBLIC_ACCESS),
        (CORS, PUBLIC_ACCESS),
        (ENCRYPTION, PUBLIC_ACCESS),
        (VERSIONING, ENCRYPTION),
        (LIFECYCLE, VERSIONING),
    ]
    for later, earlier in order:
        assert graph.one(earlier) in graph.direct(graph.one(later)), f"{later} must wait for {earlier}"
    for type_ in {type_ for pair in order for type_ in pair}:
        assert graph.one(type_).inputs["bucket"] == graph.one(BUCKET).outputs["id"]


def test_the_name_is_known_once_uploads_are_safe() -> None:
    def program() -> None:
        aws.ssm.Parameter("reader", type="String", value=MediaBucket("media", args()).bucket)

    graph = build(program)
    reader = graph.one("aws:ssm/parameter:Parameter")
    assert reader.inputs["value"] == graph.one(BUCKET).outputs["bucket"]
    sources = {graph.one(type_).urn for type_ in (BUCKET, ENCRYPTION, VERSIONING)}
    assert set(reader.property_dependencies["value"]) == sources


def test_names() -> None:
    named = recorded(bucket_name="storefront-uploads").one(BUCKET).inputs
    assert named["bucket"] == "storefront-uploads"
    assert "bucketPrefix" not in named
    assert recorded().one(BUCKET).inputs["bucketPrefix"] == "storefront-production-media-"
    longest = str(recorded(name_prefix="a" * 49).one(BUCKET).inputs["bucketPrefix"])
    assert re.fullmatch(r"a{19}-[0-9a-f]{7}-media-", longest)


def test_only_a_generated_name_of_a_cut_label_stays_as_it_was_made() -> None:
    assert recorded(name_prefix="a" * 49).one(BUCKET).ignore_changes == ("bucketPrefix",)
    assert recorded(name_prefix="a" * 49, bucket_name="storefront-uploads").one(BUCKET).ignore_changes == ()
    assert recorded().one(BUCKET).ignore_changes == ()


def test_protection() -> None:
    assert {resource.type for resource in recorded(cdn=HOSTED).resources if resource.protect} == {BUCKET, KEY}
    assert not [resource for resource in recorded(protect=False).resources if resource.protect]
    assert recorded().has(BUCKET, forceDestroy=False)
    assert recorded(empty_on_destroy=True).has(BUCKET, forceDestroy=True)


def test_cors() -> None:
    graph = recorded(cors_origins=["https://app.example.com", "http://localhost:3000"])
    rules: Any = graph.one(CORS).inputs["corsRules"]
    assert len(rules) == 1
    assert rules[0]["allowedOrigins"] == ["https://app.example.com", "http://localhost:3000"]
    assert rules[0]["allowedMethods"] == ["GET", "HEAD", "POST", "PUT"]
    assert rules[0]["allowedHeaders"] == ["*"]
    assert rules[0]["exposeHeaders"] == ["ETag"]
    assert not recorded().of(CORS)


def test_only_the_distribution_reads_for_everybody() -> None:
    graph = recorded(cdn=MediaCdnArgs())
    distribution, arn = graph.one(DISTRIBUTION), graph.one(BUCKET).outputs["arn"]
    policy = statements(graph, POLICY)
    assert policy.keys() == {"TlsOnly", "Cdn"}
    assert policy["Cdn"] == {
        "Sid": "Cdn",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": ["s3:GetObject"],
        "Resource": [f"{arn}/*"],
        "Condition": {"StringEquals": {"aws:SourceArn": distribution.outputs["arn"]}},
    }
    decrypt = statements(graph, KEY)["CloudFront"]
    assert decrypt["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert "kms:Decrypt" in decrypt["Action"]
    assert decrypt["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}


def test_distribution_signs_its_requests_to_the_bucket() -> None:
    graph = recorded(cdn=MediaCdnArgs())
    access = graph.one(
        ORIGIN_ACCESS, originAccessControlOriginType="s3", signingBehavior="always", signingProtocol="sigv4"
    )
    origins: Any = graph.one(DISTRIBUTION).inputs["origins"]
    assert origins == [
        {
            "originId": "media",
            "domainName": graph.one(BUCKET).outputs["bucketRegionalDomainName"],
            "originAccessControlId": access.outputs["id"],
        }
    ]


@pytest.mark.parametrize("bucket", ["requests", None])
def test_access_log(bucket: str | None) -> None:
    graph = recorded(cdn=MediaCdnArgs(access_log_bucket=bucket))
    assert [source.inputs["resourceArn"] for source in graph.of(LOG_SOURCE)] == (
        [graph.one(DISTRIBUTION).outputs["arn"]] if bucket else []
    )
    assert [destination.inputs["deliveryDestinationConfiguration"] for destination in graph.of(LOG_DESTINATION)] == (
        [{"destinationResourceArn": f"arn:aws:s3:::{bucket}"}] if bucket else []
    )


def test_distribution_serves_files_over_https() -> None:
    graph = recorded(cdn=MediaCdnArgs())
    assert graph.has(
        DISTRIBUTION,
        enabled=True,
        isIpv6Enabled=True,
        httpVersion="http2and3",
        priceClass="PriceClass_100",
        defaultRootObject="index.html",
        restrictions={"geoRestriction": {"restrictionType": "none"}},
        defaultCacheBehavior={
            "targetOriginId": "media",
            "allowedMethods": ["GET", "HEAD", "OPTIONS"],
            "cachedMethods": ["GET", "HEAD"],
            "viewerProtocolPolicy": "redirect-to-https",
            "compress": True,
            "cachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
            "responseHeadersPolicyId": graph.one(HEADERS).outputs["id"],
        },
        viewerCertificate={"cloudfrontDefaultCertificate": True},
    )
    assert "aliases" not in graph.one(DISTRIBUTION).inputs


def test_a_host_of_its_own() -> None:
    graph = recorded(cdn=HOSTED)
    assert graph.one(DISTRIBUTION).inputs["viewerCertificate"] == {
        "acmCertificateArn": CERTIFICATE,
        "minimumProtocolVersion": "TLSv1.2_2021",
        "sslSupportMethod": "sni-only",
    }
    assert graph.has(DISTRIBUTION, aliases=["media.example.com"], priceClass="PriceClass_200")
    assert outputs(graph)["base_url"] == "https://media.example.com"


def test_response_headers() -> None:
    graph = recorded(cdn=MediaCdnArgs(), cors_origins=["https://app.example.com"])
    headers = graph.one(HEADERS).inputs
    assert headers["securityHeadersConfig"] == {
        "strictTransportSecurity": {"accessControlMaxAgeSec": 31536000, "includeSubdomains": True, "override": True},
        "contentTypeOptions": {"override": True},
        "contentSecurityPolicy": {"contentSecurityPolicy": "script-src 'none'", "override": True},
        "referrerPolicy": {"referrerPolicy": "strict-origin-when-cross-origin", "override": True},
    }
    assert headers["corsConfig"] == {
        "accessControlAllowCredentials": False,
        "accessControlAllowHeaders": {"items": ["*"]},
        "accessControlAllowMethods": {"items": ["GET", "HEAD"]},
        "accessControlAllowOrigins": {"items": ["https://app.example.com"]},
        "accessControlMaxAgeSec": 3600,
        "originOverride": True,
    }
    assert "corsConfig" not in recorded(cdn=MediaCdnArgs()).one(HEADERS).inputs


def test_outputs() -> None:
    graph = recorded(cdn=MediaCdnArgs())
    bucket, distribution = graph.one(BUCKET).outputs, graph.one(DISTRIBUTION).outputs
    assert outputs(graph) == {
        "bucket": bucket["bucket"],
        "arn": bucket["arn"],
        "key_arn": graph.one(KEY).outputs["arn"],
        "regional_domain_name": bucket["bucketRegionalDomainName"],
        "base_url": f"https://{distribution['domainName']}",
        "cdn_domain_name": distribution["domainName"],
        "cdn_zone_id": distribution["hostedZoneId"],
        "distribution_arn": distribution["arn"],
    }


def test_outputs_without_cdn() -> None:
    graph = recorded()
    found = outputs(graph)
    assert found["base_url"] == f"https://{graph.one(BUCKET).outputs['bucketRegionalDomainName']}"
    assert [found.get(key) for key in ("cdn_domain_name", "cdn_zone_id", "distribution_arn")] == [None] * 3
    assert not [resource for resource in graph.resources if resource.type.startswith("aws:cloudfront/")]


def test_files_move_to_cheaper_storage_step_by_step() -> None:
    graph = recorded(to_infrequent_access_days=30, to_archive_days=90)
    (lifecycle,) = graph.of("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
    rules: Any = lifecycle.inputs["rules"]
    assert rules[0]["transitions"] == [
        {"days": 30, "storageClass": "STANDARD_IA"},
        {"days": 90, "storageClass": "GLACIER_IR"},
    ]


ROLE, ROLE_POLICY = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"
PLAN = "aws:guardduty/malwareProtectionPlan:MalwareProtectionPlan"
SCAN = MalwareScanArgs()


def test_new_files_are_scanned_and_tagged_once_the_role_may() -> None:
    graph = recorded(malware_scan=SCAN, cors_origins=["https://app.example.com"])
    plan, role, bucket = graph.one(PLAN), graph.one(ROLE, "media-malware-scan"), graph.one(BUCKET)
    assert plan.inputs["protectedResource"] == {"s3Bucket": {"bucketName": bucket.outputs["bucket"]}}
    assert plan.inputs["role"] == role.outputs["arn"]
    assert plan.inputs["actions"] == [{"taggings": [{"status": "ENABLED"}]}]
    # It goes before the rights that its end needs, and no change of the bucket is under way when GuardDuty makes its own.
    before = {graph.one(ROLE_POLICY, "media-malware-scan").urn, graph.one(POLICY).urn, graph.one(CORS).urn}
    assert before <= set(plan.dependencies)
    trust = json.loads(str(role.inputs["assumeRolePolicy"]))["Statement"][0]
    assert trust["Principal"] == {"Service": "malware-protection-plan.guardduty.amazonaws.com"}
    assert "Condition" not in trust, "AWS's own has none: GuardDuty is not said to name the account"


def test_the_scan_may_what_guardduty_asks_for_on_this_bucket_alone() -> None:
    graph = recorded(malware_scan=SCAN)
    arn, key = graph.one(BUCKET).outputs["arn"], graph.one(KEY).outputs["arn"]
    found = json.loads(str(graph.one(ROLE_POLICY, "media-malware-scan").inputs["policy"]))["Statement"]
    granted = {(action, tuple(statement["Resource"])) for statement in found for action in statement["Action"]}
    rule = (f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*",)
    managing = ("DeleteRule", "PutRule", "PutTargets", "RemoveTargets", "DescribeRule", "ListTargetsByRule")
    objects = ["GetObject", "GetObjectVersion", "GetObjectTagging", "GetObjectVersionTagging"]
    objects += ["PutObjectTagging", "PutObjectVersionTagging"]
    assert granted == {
        *((f"events:{action}", rule) for action in managing),
        *((f"s3:{action}", (f"{arn}/*",)) for action in objects),
        *((f"s3:{action}", (arn,)) for action in ("GetBucketNotification", "PutBucketNotification", "ListBucket")),
        ("s3:PutObject", (f"{arn}/malware-protection-resource-validation-object",)),
        ("kms:Decrypt", (key,)),
        ("kms:GenerateDataKey", (key,)),
    }


def test_nobody_reads_what_is_not_clean_and_nobody_else_tags() -> None:
    saving = f"arn:aws:iam::{ACCOUNT}:role/storefront-production/backup-role-???????"
    graph = recorded(malware_scan=SCAN, backup_role_arn=saving, cdn=MediaCdnArgs())
    arn, role = graph.one(BUCKET).outputs["arn"], graph.one(ROLE, "media-malware-scan").outputs["arn"]
    policy = statements(graph, POLICY)
    others = {"ArnNotLike": {"aws:PrincipalArn": [role, saving]}}
    assert policy["OnlyCleanFiles"] == {
        "Sid": "OnlyCleanFiles",
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:GetObjectVersion"],
        "Resource": [f"{arn}/*"],
        "Condition": {
            **others,
            "StringNotEquals": {"s3:ExistingObjectTag/GuardDutyMalwareScanStatus": "NO_THREATS_FOUND"},
        },
    }
    assert policy["OnlyTheScanTags"]["Condition"] == others
    assert policy["OnlyTheScanTags"]["Action"] == [
        "s3:DeleteObjectTagging",
        "s3:DeleteObjectVersionTagging",
        "s3:PutObjectTagging",
        "s3:PutObjectVersionTagging",
    ]


def test_what_is_not_scanned_may_be_read_where_that_is_asked_for() -> None:
    policy = statements(recorded(malware_scan=MalwareScanArgs(allow_unscanned=True)), POLICY)
    assert policy.keys() == {"TlsOnly", "OnlyTheScanTags"}


def test_nothing_is_scanned_unless_asked_for() -> None:
    graph = recorded()
    assert not graph.of(PLAN)
    assert not graph.of(ROLE)
