"""What CloudFront answers, and certificates and records of its hosts."""

from __future__ import annotations

import hashlib

from preview.provider_fakes.asked import Answer, AskedResource, Maker

_CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"  # https://docs.aws.amazon.com/general/latest/gr/cf_region.html


def distribution(asked: AskedResource) -> Answer:
    """Answer a distribution."""
    id_ = f"E{asked.letters(13)}"
    return Answer(
        id_,
        {
            "arn": asked.arn("cloudfront", f"distribution/{id_}", region=""),
            "domainName": f"d{asked.hex(13, 'domain')}.cloudfront.net",
            "hostedZoneId": _CLOUDFRONT_ZONE,
            "etag": asked.letters(13, "etag"),
            "status": "Deployed",
        },
    )


def cloudfront(kind: str) -> Maker:
    """Answer a policy or the like of CloudFront's, by the word for it in its ARN."""

    def make(asked: AskedResource) -> Answer:
        id_ = asked.uuid()
        return Answer(
            id_, {"arn": asked.arn("cloudfront", f"{kind}/{id_}", region=""), "etag": asked.letters(13, "etag")}
        )

    return make


def certificate(asked: AskedResource) -> Answer:
    """Answer a certificate with the records that validate it."""
    arn = asked.arn("acm", f"certificate/{asked.uuid()}")
    names = [asked.text("domainName")]
    others = asked.inputs.get("subjectAlternativeNames")
    if isinstance(others, list):
        names += [name for name in others if isinstance(name, str) and name not in names]
    options = []
    for name in names:
        base = name.removeprefix("*.")  # a wildcard and its base domain share one validation record
        token = hashlib.sha256(base.encode()).hexdigest()
        options.append(
            {
                "domainName": name,
                "resourceRecordName": f"_{token[:32]}.{base}.",
                "resourceRecordType": "CNAME",
                "resourceRecordValue": f"_{token[32:]}.acm-validations.aws.",
            }
        )
    return Answer(arn, {"arn": arn, "domainValidationOptions": options, "status": "PENDING_VALIDATION"})


def record(asked: AskedResource) -> Answer:
    """Answer a DNS record."""
    name = asked.text("name").rstrip(".")
    zone = asked.text("zoneId")
    return Answer("_".join(filter(None, [zone, name, asked.text("type"), asked.text("setIdentifier")])), {"fqdn": name})
