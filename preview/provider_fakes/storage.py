"""What S3 and EFS answer."""

from __future__ import annotations

from preview.provider_fakes.asked import PARTITION, Answer, AskedResource, Maker


def bucket(asked: AskedResource) -> Answer:
    """Answer a bucket."""
    name = asked.physical("bucket", 63).lower()
    return Answer(
        name,
        {
            "bucket": name,
            "arn": f"arn:{PARTITION}:s3:::{name}",
            "bucketDomainName": f"{name}.s3.amazonaws.com",
            "bucketRegionalDomainName": f"{name}.s3.{asked.region}.amazonaws.com",
            "bucketRegion": asked.region,
            "hostedZoneId": f"Z{asked.letters(13, asked.region)}",
        },
    )


def file_storage(prefix: str, kind: str) -> Maker:
    """Answer a resource of EFS, which AWS names."""

    def make(asked: AskedResource) -> Answer:
        id_ = f"{prefix}-{asked.hex(17)}"
        return Answer(id_, {"arn": asked.arn("elasticfilesystem", f"{kind}/{id_}")})

    return make


def malware_plan(asked: AskedResource) -> Answer:
    """Answer a plan that scans what is uploaded."""
    id_ = asked.hex(20)
    return Answer(id_, {"arn": asked.arn("guardduty", f"malware-protection-plan/{id_}"), "status": "ACTIVE"})
