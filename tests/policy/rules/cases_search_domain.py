import json
from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res


def everybody(**more: Any) -> str:
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", **more}],
        }
    )


NAMED = everybody(Principal={"AWS": "arn:aws:iam::123456789012:root"})
OWN = everybody(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}})

OPTIONS = {"enforceHttps": True, "tlsSecurityPolicy": "Policy-Min-TLS-1-2-PFS-2023-10"}

CASES: list[Case] = [
    Case("search-domain-encrypted", "pass", [res("opensearch/domain:Domain", "x", encryptAtRest={"enabled": True})]),
    Case(
        "search-domain-encrypted",
        "fail",
        [res("opensearch/domain:Domain", "x", encryptAtRest={"enabled": False})],
        "encryptAtRest.enabled is false",
    ),
    Case(
        "search-domain-encrypted", "unknown", [res("opensearch/domain:Domain", "x", encryptAtRest={"enabled": UNKNOWN})]
    ),
    Case(
        "search-domain-nodes-on-tls",
        "pass",
        [res("opensearch/domain:Domain", "x", nodeToNodeEncryption={"enabled": True})],
    ),
    Case(
        "search-domain-nodes-on-tls",
        "fail",
        [res("opensearch/domain:Domain", "x", nodeToNodeEncryption={"enabled": False})],
        "nodeToNodeEncryption.enabled is false",
    ),
    Case(
        "search-domain-nodes-on-tls",
        "unknown",
        [res("opensearch/domain:Domain", "x", nodeToNodeEncryption={"enabled": UNKNOWN})],
    ),
    Case("search-domain-on-https", "pass", [res("opensearch/domain:Domain", "x", domainEndpointOptions=OPTIONS)]),
    Case(
        "search-domain-on-https",
        "fail",
        [res("opensearch/domain:Domain", "x", domainEndpointOptions={**OPTIONS, "enforceHttps": False})],
        "enforceHttps is false",
    ),
    Case(
        "search-domain-on-https",
        "fail",
        [res("opensearch/domain:Domain", "x", domainEndpointOptions={"enforceHttps": True})],
        "takes TLS before 1.2",
    ),
    Case("search-domain-on-https", "unknown", [res("opensearch/domain:Domain", "x", domainEndpointOptions=UNKNOWN)]),
    Case("search-domain-in-network", "pass", [res("opensearch/domain:Domain", "x", accessPolicies=NAMED)]),
    Case("search-domain-in-network", "pass", [res("opensearch/domain:Domain", "x", accessPolicies=OWN)]),
    Case(
        "search-domain-in-network",
        "pass",
        [res("opensearch/domain:Domain", "x", accessPolicies=everybody(), vpcOptions={"subnetIds": ["s"]})],
    ),
    Case(
        "search-domain-in-network",
        "fail",
        [res("opensearch/domain:Domain", "x", accessPolicies=everybody())],
        'allows Principal "*" without',
    ),
    Case(
        "search-domain-in-network",
        "fail",
        [res("opensearch/domainPolicy:DomainPolicy", "p", accessPolicies=everybody())],
        'allows Principal "*" without',
    ),
    Case("search-domain-in-network", "unknown", [res("opensearch/domain:Domain", "x", accessPolicies=UNKNOWN)]),
    Case("search-domain-logged", "unknown", [res("opensearch/domain:Domain", "x", logPublishingOptions=UNKNOWN)]),
    Case("search-domain-logged", "fail", [res("opensearch/domain:Domain", "x")], "logPublishingOptions is not set"),
]

NAMED_BY: list[tuple[dict[str, Any], Any]] = [({"domainName": "shop"}, "shop"), ({}, Ref("x", "domainName"))]
IN_NETWORK: dict[str, Any] = {"vpcOptions": {"subnetIds": ["s"]}}
for family in ("opensearch", "elasticsearch"):
    domain, apart = f"{family}/domain:Domain", f"{family}/domainPolicy:DomainPolicy"
    CASES += [
        Case(
            "search-domain-in-network",
            "fail",
            [res(domain, "x"), res(apart, "p", domainName=Ref("x", "domainName"), accessPolicies=everybody())],
            "DomainPolicy p: accessPolicies allows",
        ),
        *(
            Case(
                "search-domain-in-network",
                "pass",
                [res(domain, "x", **named, **IN_NETWORK), res(apart, "p", domainName=name, accessPolicies=everybody())],
            )
            for named, name in NAMED_BY
        ),
        *(
            Case("search-domain-logged", verdict, [res(domain, "x", logPublishingOptions=given)], says)
            for verdict, given, says in (
                ("pass", [{"logType": "ES_APPLICATION_LOGS", "cloudwatchLogGroupArn": UNKNOWN}], ""),
                ("fail", [{"logType": "ES_APPLICATION_LOGS", "enabled": False}], "none that is enabled"),
                ("fail", [{"logType": "INDEX_SLOW_LOGS"}, {"logType": "AUDIT_LOGS"}], "none that is enabled"),
                ("unknown", [{"logType": UNKNOWN}], ""),
            )
        ),
    ]

OWN_KEY = "search-domain-under-own-key"


def under(key: Any) -> list[Sample]:
    return [res("opensearch/domain:Domain", "x", encryptAtRest={"enabled": True, "kmsKeyId": key})]


CASES += [
    Case(OWN_KEY, "pass", under(UNKNOWN)),
    Case(OWN_KEY, "pass", [res("elasticsearch/domain:Domain", "x", encryptAtRest={"enabled": False})]),
    Case(OWN_KEY, "fail", under("alias/aws/es"), "encryptAtRest.kmsKeyId is a key of AWS's own"),
    Case(OWN_KEY, "fail", under(None), "encryptAtRest.kmsKeyId is not set"),
]

CASES += [
    Case(
        "search-domain-in-network",
        "unknown",
        [res("opensearch/domainPolicy:DomainPolicy", "p", domainName=UNKNOWN, accessPolicies=everybody())],
    ),
    Case(
        "search-domain-in-network",
        "fail",
        [res("opensearch/domainPolicy:DomainPolicy", "p", domainName="elsewhere", accessPolicies=everybody())],
        'allows Principal "*" without',
    ),
]
