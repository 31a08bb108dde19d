"""What is not part of an operation, and what the engine hands on that is no policy, as the analyzer protocol shows them."""

import os
from collections.abc import Mapping
from pathlib import Path

import grpc  # type: ignore[import-untyped] # has no stubs among our dependencies
import pytest
from pulumi.runtime.proto import analyzer_pb2

from policy import pack
from policy.catalogue import Environment
from tests.policy.harness import Ref, Sample, analyze_request, made_of, res, stack_request
from tests.policy.test_process import PACK, running

BUCKET, BLOCK = "s3/bucket:Bucket", "s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
REPOSITORY, LIFECYCLE = "ecr/repository:Repository", "ecr/lifecyclePolicy:LifecyclePolicy"
GROUP = "ec2/securityGroup:SecurityGroup"


def answers(*samples: tuple[bool, Sample]) -> dict[str, set[str]]:
    """The controls that say something, by the name of the resource; a resource that is targeted is marked by True."""
    server = made_of(pack.policies(Environment.PRODUCTION))
    listed = [sample for _, sample in samples]
    whole = stack_request(listed, preview=True)
    said: dict[str, set[str]] = {sample.name: set() for sample in listed}
    for (targeted, sample), item in zip(samples, whole.resources, strict=True):
        request = analyze_request(sample, preview=True)
        if not targeted:
            request.properties.Clear()
            item.properties.Clear()
        said[sample.name] |= {found.policyName for found in server.Analyze(request, None).diagnostics}
    for found in server.AnalyzeStack(whole, None).diagnostics:
        said.setdefault(found.urn.rpartition("::")[2], set()).add(found.policyName)
    return said


def test_what_is_not_targeted_is_not_judged() -> None:
    said = answers(
        (True, res(REPOSITORY, "api", imageTagMutability="MUTABLE")),
        (True, res(LIFECYCLE, "old", repository=Ref("api", "name"), policy="{}")),
        (False, res(BUCKET, "media", bucket="media")),
        (False, res("rds/instance:Instance", "db", publiclyAccessible=True)),
        (False, res("lb/loadBalancer:LoadBalancer", "alb")),
    )
    assert not said["media"] | said["db"] | said["alb"]
    assert "repository-tags-immutable" in said["api"]
    assert "repository-lifecycle-set" not in said["api"]


def test_a_companion_that_is_not_targeted_is_not_missing() -> None:
    own = (True, res(BUCKET, "media", bucket="media"))
    alone = answers(own)
    beside = answers(own, (False, res(BLOCK, "block", bucket=Ref("media"))))
    missing = alone["media"] - beside["media"]
    assert missing
    assert all("public-access" in control for control in missing)


def test_what_shows_in_the_targeted_alone_is_found_in_a_stack_rule_that_asks_for_nothing_else() -> None:
    mutable = (True, res(REPOSITORY, "api", forceDelete=True))
    assert "repository-not-emptied-on-destroy" in answers(mutable, (False, res(BUCKET, "media")))["api"]


def test_nothing_is_remediated_that_is_not_targeted() -> None:
    server = made_of(pack.policies(Environment.PRODUCTION))
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    request.policyConfig["load-balancer-drops-invalid-headers"].enforcementLevel = analyzer_pb2.REMEDIATE
    server.Configure(request, None)
    balancer = res("lb/loadBalancer:LoadBalancer", "alb", name="alb")
    targeted = analyze_request(balancer, preview=True)
    asked = analyzer_pb2.AnalyzeRequest()
    asked.CopyFrom(targeted)
    assert server.Remediate(asked, None).remediations
    asked.properties.Clear()
    assert not server.Remediate(asked, None).remediations


def test_a_level_for_all_is_taken_as_the_engine_hands_it_on() -> None:
    server = made_of(pack.policies(Environment.PRODUCTION))
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    for announced in server.GetAnalyzerInfo(None, None).policies:
        request.policyConfig[announced.name].enforcementLevel = analyzer_pb2.MANDATORY
    request.policyConfig["all"].enforcementLevel = analyzer_pb2.MANDATORY
    server.Configure(request, None)
    found = server.Analyze(analyze_request(res(REPOSITORY, "api"), preview=True), None).diagnostics
    assert {item.enforcementLevel for item in found} == {analyzer_pb2.MANDATORY}
    request.policyConfig["all"].properties.update({"minDays": 3})
    with pytest.raises(ValueError, match="all: there is no such policy"):
        server.Configure(request, None)


@pytest.mark.parametrize(
    ("environment", "config", "said"),
    [
        ({pack.EXEMPTIONS_VARIABLE: "missing.yaml"}, "{}", "SLIPWAY_POLICY_EXEMPTIONS: missing.yaml is not a file"),
        (
            {},
            '{"policy:environment": "prodcution"}',
            "policy:environment: prodcution is none of production, staging, development",
        ),
    ],
    ids=["exemptions", "environment"],
)
def test_a_start_that_cannot_be_is_one_sentence(
    environment: Mapping[str, str], config: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setitem(os.environ, name, value)
    with running(Path(PACK), PACK.parent, config) as stub:
        assert stub.GetAnalyzerInfo(analyzer_pb2.AnalyzeRequest()).policies
        with pytest.raises(grpc.RpcError) as refused:
            stub.Configure(analyzer_pb2.ConfigureAnalyzerRequest())
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert refused.value.details() == f"the policy pack refuses its configuration: {said}"
