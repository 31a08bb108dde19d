"""What is not part of an operation, and what the engine hands on that is no policy, as the analyzer protocol shows them."""

import datetime as dt
import json
import os
from collections.abc import Mapping
from pathlib import Path

import grpc  # type: ignore[import-untyped] # has no stubs among our dependencies
import pytest
from pulumi.runtime.proto import analyzer_pb2

from policy import compat, exemptions, pack, results
from policy.control import Control, Environment
from policy.rules import CONTROLS
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


def test_a_former_name_is_taken_with_a_word() -> None:
    server = made_of(pack.policies(Environment.PRODUCTION))
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    for announced in server.GetAnalyzerInfo(None, None).policies:
        request.policyConfig[announced.name].enforcementLevel = announced.enforcementLevel
    request.policyConfig["github-trust-pinned"].enforcementLevel = analyzer_pb2.DISABLED
    server.Configure(request, None)
    trust = json.dumps(
        {
            "Statement": {
                "Effect": "Allow",
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Principal": {
                    "Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
                },
            }
        }
    )
    role = res("iam/role:Role", "ci", assumeRolePolicy=trust)
    assert "oidc-trust-pinned" not in {
        item.policyName for item in server.Analyze(analyze_request(role, preview=True), None).diagnostics
    }
    said = [
        item
        for item in server.AnalyzeStack(stack_request([role], preview=True), None).diagnostics
        if item.policyName == results.IN_ORDER
    ]
    assert "calls oidc-trust-pinned by its former name github-trust-pinned" in said[0].message
    assert said[0].enforcementLevel == analyzer_pb2.ADVISORY


@pytest.mark.parametrize(
    "control", [control for control in CONTROLS if control.aliases], ids=lambda control: control.name
)
def test_an_exemption_by_a_former_name_counts_with_a_word(control: Control, tmp_path: Path) -> None:
    path = tmp_path / "exemptions.yaml"
    path.write_text(
        f'exemptions:\n  - control: {control.aliases[0]}\n    resource: "*"\n    reason: it is how we always did this\n'
        "    owner: web\n    ticket: T-1\n    expires: 2030-01-31\n"
    )
    loaded = exemptions.load(path, dt.date(2030, 1, 1))
    assert loaded.of(control.name, "urn:x")
    assert loaded.renamed == (f"exemption 1 calls {control.name} by its former name {control.aliases[0]}",)


@pytest.mark.parametrize(
    ("found", "fits"), [("1.20.3", False), ("1.21.0", True), ("1.21.7", True), ("1.22.0", False), ("2.0.0", False)]
)
def test_another_sdk_than_the_tried_ones_is_told(found: str, *, fits: bool) -> None:
    objection = compat.objection(found)
    assert (not objection) is fits
    assert fits or objection.startswith(
        f"pulumi-policy {found} is installed, and this pack was tried with 1.21 and newer below 1.22"
    )


def test_the_installed_sdk_and_the_requirements_are_what_was_tried() -> None:
    assert not compat.objection()
    wanted = "pulumi-policy>={}.{},<{}.{}".format(*compat.TRIED[0], *compat.TRIED[1])
    for name in ("policy/requirements.txt", "requirements.in"):
        assert wanted in (PACK.parent / name).read_text().splitlines()
