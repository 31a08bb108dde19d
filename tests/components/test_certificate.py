import re
from typing import Any

import pulumi_aws as aws
import pytest

from components.certificate import Certificate, CertificateArgs
from preview.graph import Graph
from tests.components.conftest import build, check_contract

CERTIFICATE = "aws:acm/certificate:Certificate"
RECORD = "aws:route53/record:Record"
VALIDATION = "aws:acm/certificateValidation:CertificateValidation"


def args(**changes: Any) -> CertificateArgs:
    return CertificateArgs(**{"domain": "shop.example.com", "zone_id": "Z0123456789", **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: Certificate("certificate", args(**changes)))


def test_contract() -> None:
    check_contract(lambda: Certificate("certificate", args(alternative_names=["*.shop.example.com", "a.example.com"])))


def test_validated_by_dns() -> None:
    graph = recorded(alternative_names=["www.shop.example.com"])
    certificate = graph.one(
        CERTIFICATE,
        domainName="shop.example.com",
        subjectAlternativeNames=["www.shop.example.com"],
        validationMethod="DNS",
    )
    options = certificate.outputs["domainValidationOptions"]
    assert isinstance(options, list)
    wanted = {(o["resourceRecordName"], o["resourceRecordType"], (o["resourceRecordValue"],)) for o in options}
    records = graph.all(RECORD, zoneId="Z0123456789")
    found = {(r.inputs["name"], r.inputs["type"], tuple(_texts(r.inputs["records"]))) for r in records}
    assert found == wanted
    assert len(found) == 2


def test_records_stay_for_other_certificates() -> None:
    assert all(record.retain_on_delete for record in recorded().of(RECORD))


def test_a_wildcard_shares_the_record_of_its_base() -> None:
    graph = recorded(domain="*.example.com", alternative_names=["example.com", "*.shop.example.com"])
    names = [record.inputs["name"] for record in graph.of(RECORD)]
    assert [re.sub(r"^_[0-9a-f]+\.", "", str(name)) for name in names] == ["example.com.", "shop.example.com."]


def test_hyphens_and_dots_make_different_records() -> None:
    graph = recorded(domain="a-b.example.com", alternative_names=["a.b.example.com"])
    assert [r.name for r in graph.of(RECORD)] == ["certificate-a--b-example-com", "certificate-a-b-example-com"]


def test_arn_is_known_once_the_certificate_is_issued() -> None:
    graph = recorded()
    validation = graph.one(VALIDATION)
    certificate = graph.one(CERTIFICATE)
    assert validation.inputs["certificateArn"] == certificate.outputs["arn"]
    assert validation.inputs["validationRecordFqdns"] == [record.outputs["fqdn"] for record in graph.of(RECORD)]
    assert graph.registered_outputs[graph.one("slipway:index:Certificate").urn] == {
        "arn": validation.inputs["certificateArn"]
    }

    def program() -> None:
        made = Certificate("certificate", args())
        aws.lb.Listener("user", load_balancer_arn="arn", default_actions=[], certificate_arn=made.arn)

    used = build(program)
    assert used.direct(used.one("aws:lb/listener:Listener"), VALIDATION)


def test_region() -> None:
    graph = recorded(region="us-east-1")
    assert graph.has(CERTIFICATE, region="us-east-1")
    assert graph.has(VALIDATION, region="us-east-1")
    assert "region" not in recorded().one(CERTIFICATE).inputs


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"domain": "Shop"}, "CertificateArgs.domain: 'Shop' is not a host name"),
        (
            {"domain": f"{'a' * 60}.example.com"},
            "CertificateArgs.domain: ",
        ),
        (
            {"alternative_names": ["a_b.example.com"]},
            "CertificateArgs.alternative_names: 'a_b.example.com' is not a host",
        ),
        ({"alternative_names": ["shop.example.com"]}, "CertificateArgs.alternative_names: 'shop.example.com' is given"),
        (
            {"alternative_names": [f"a{number}.example.com" for number in range(100)]},
            "CertificateArgs.alternative_names: 101 host names are more than the 100",
        ),
        ({"region": "here"}, "CertificateArgs.region: 'here' is not an AWS region"),
    ],
)
def test_refuses(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=r"^CertificateArgs\.") as refused:
        args(**changes)
    assert str(refused.value).startswith(message)


def _texts(value: object) -> list[str]:
    assert isinstance(value, list)
    return [str(item) for item in value]
