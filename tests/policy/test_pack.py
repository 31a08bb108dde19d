"""The pack around the rules: levels, metadata, the summary line, rule errors, configuration."""

import dataclasses
from typing import Any

import pytest
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel, ResourceValidationPolicy, StackValidationPolicy

from policy import pack, scope, values
from policy.control import NOWHERE, OPT_IN, Environment, Level, Severity
from policy.model import Finding, Graph, Resource
from policy.rule import Config, resource_rule, stack_rule
from policy.rules import BY_NAME, CONTROLS, RULES
from tests.policy.deployed import SSH
from tests.policy.harness import UNKNOWN, Ref, Sample, analyze_request, evaluate, made_of, only, res, stack_request
from tests.policy.load import stack
from tests.policy.networks import group, rule
from tests.policy.rules import CASES

DATABASE = "aws:rds/instance:Instance"
NATIVE = "aws-native:s3:Bucket"


@pytest.mark.parametrize("where", Environment)
def test_one_policy_per_control_then_those_about_the_pack(where: Environment) -> None:
    names = [policy.name for policy in pack.policies(where)]
    assert names == [*(rule.name for rule in RULES), *pack.OWN]


@pytest.mark.parametrize("where", Environment)
def test_levels_are_the_catalogue_s(where: Environment) -> None:
    for policy in pack.policies(where):
        if control := BY_NAME.get(policy.name):
            assert policy.enforcement_level == EnforcementLevel(control.levels[where].value), policy.name


def test_what_is_critical_or_high_is_mandatory_in_production() -> None:
    for control in CONTROLS:
        if control.levels is OPT_IN:
            continue
        if control.severity in (Severity.CRITICAL, Severity.HIGH):
            assert control.levels[Environment.PRODUCTION] is Level.MANDATORY, control.name
        if control.severity is Severity.LOW:
            assert control.levels is NOWHERE, control.name


def test_the_catalogue_says_why_and_how() -> None:
    assert not [control.name for control in CONTROLS if not (control.why and control.remediation and control.title)]


@pytest.mark.parametrize("name", ["database-multi-az", "database-deletion-protected", "services-spread-over-zones"])
def test_what_costs_money_is_advisory_outside_production(name: str) -> None:
    levels = BY_NAME[name].levels
    assert levels[Environment.STAGING] is Level.ADVISORY
    assert levels[Environment.PRODUCTION] is Level.MANDATORY


def test_metadata_reaches_the_engine() -> None:
    info = made_of(pack.policies(Environment.PRODUCTION)).GetAnalyzerInfo(None, None)
    sent = {policy.name: policy for policy in info.policies}
    backups = sent["database-backups-kept"]
    assert backups.displayName == "Automated database backups are kept long enough"
    assert backups.framework.reference == "RDS.11, RDS.50"
    assert backups.configSchema.properties["minDays"]["default"] == 7
    assert "CKV_AWS_133" in backups.tags
    for control in CONTROLS:
        policy = sent[control.name]
        assert policy.url.startswith("https://docs.aws.amazon.com/")
        assert policy.remediation_steps
        assert policy.severity != analyzer_pb2.POLICY_SEVERITY_UNSPECIFIED


def test_undecided_is_one_advisory_line() -> None:
    samples = [res(DATABASE, name, multiAz=UNKNOWN, storageEncrypted=UNKNOWN) for name in ("one", "two")]
    server = made_of(pack.policies(Environment.PRODUCTION))
    said = [
        item for item in evaluate(samples, preview=True, server=server).diagnostics if item.policy == pack.UNDECIDED
    ]
    assert [item.level for item in said] == [analyzer_pb2.ADVISORY]
    assert "database-multi-az 2, database-storage-encrypted 2" in said[0].message


def test_what_no_rule_knows_is_one_advisory_line() -> None:
    native = [Sample(token, name, {"a": UNKNOWN}) for token, name in ((NATIVE, "one"), (NATIVE, "two"))]
    outcome = evaluate([*native, res("redshift/cluster:Cluster", "old"), res("kms/key:Key", "key")], preview=True)
    said = [item for item in outcome.diagnostics if item.policy == pack.OUT_OF_SCOPE]
    assert [item.level for item in said] == [analyzer_pb2.ADVISORY]
    assert (
        f"3 resources are of types that have no rules of their own, so nothing vouches for them: {NATIVE} 2, "
        in said[0].message
    )
    assert "aws:redshift/cluster:Cluster 1" in said[0].message
    assert "kms" not in said[0].message


def test_what_rules_know_is_not_said_to_be_out_of_scope() -> None:
    assert evaluate([res(DATABASE, "db"), res("awsx:ec2:Vpc", "network")]).of(pack.OUT_OF_SCOPE) == []
    known = {token for rule in RULES if rule.name != "required-tags" for token in rule.types}
    assert [token for token in known if scope.unjudged([token])] == []


def test_a_later_judgement_replaces_an_open_question() -> None:
    server = made_of(pack.policies(Environment.PRODUCTION))
    preview = evaluate([res(DATABASE, "db", multiAz=UNKNOWN)], preview=True, server=server)
    update = evaluate([res(DATABASE, "db", multiAz=True)], server=server)
    assert preview.verdict("database-multi-az") == "unknown"
    assert update.verdict("database-multi-az") == "pass"


def test_open_questions_of_resources_that_are_gone_do_not_count() -> None:
    server = made_of(pack.policies(Environment.PRODUCTION))
    evaluate([res(DATABASE, "db", multiAz=UNKNOWN)], preview=True, server=server)
    assert not evaluate([res("kms/key:Key", "key")], server=server).of(pack.UNDECIDED)


TASK, REPOSITORY = "aws:ecs/taskDefinition:TaskDefinition", "aws:ecr/repository:Repository"
LATEST = '[{"name": "api", "image": "shop/api:latest", "privileged": true}]'


def test_a_waivable_control_is_exempted_by_tag_and_listed() -> None:
    tags = {pack.SUPPRESS_TAGS[0]: "container-images-pinned"}
    outcome = evaluate([res(TASK, "api", containerDefinitions=LATEST, tags=tags)])
    assert outcome.verdict("container-images-pinned") == "pass"
    listed = [item for item in outcome.diagnostics if item.policy == pack.EXEMPTED]
    assert [item.level for item in listed] == [analyzer_pb2.ADVISORY]
    assert listed[0].message.endswith("container-images-pinned of api: suppressed by its own tag")


def test_a_tag_may_name_several_controls() -> None:
    tags = {pack.SUPPRESS_TAGS[0]: "required-tags repository-tags-immutable"}
    outcome = evaluate([res(REPOSITORY, "api", imageTagMutability="MUTABLE", tags=tags)], provider={})
    assert outcome.verdict("repository-tags-immutable") == "pass"
    assert outcome.verdict("required-tags") == "fail"


def test_a_tag_may_call_a_control_by_its_former_name_and_is_told() -> None:
    found = next(found for found in RULES if found.name == "container-images-pinned")
    renamed = dataclasses.replace(found, control=dataclasses.replace(found.control, aliases=("images-pinned",)))
    tags = {pack.SUPPRESS_TAGS[0]: "images-pinned"}
    server = made_of(pack.policies(Environment.PRODUCTION, [renamed]))
    outcome = evaluate([res(TASK, "api", containerDefinitions=LATEST, tags=tags)], server=server)
    assert outcome.verdict("container-images-pinned") == "pass"
    assert outcome.of(pack.EXEMPTED)[0].endswith(
        "container-images-pinned of api: suppressed by its own tag, which calls it by its former name images-pinned"
    )


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {pack.SUPPRESS_TAGS[0]: "container-images"},
        {pack.SUPPRESS_TAGS[0]: UNKNOWN},
        {"waive": "container-images-pinned"},
        UNKNOWN,
    ],
)
def test_another_tag_exempts_from_nothing(tags: Any) -> None:
    outcome = evaluate([res(TASK, "api", containerDefinitions=LATEST, tags=tags)])
    assert outcome.verdict("container-images-pinned") == "fail"
    assert not outcome.of(pack.EXEMPTED)


def test_a_control_that_is_not_waivable_ignores_the_tag() -> None:
    tags = {pack.SUPPRESS_TAGS[0]: "container-not-privileged database-multi-az"}
    samples = [res(TASK, "api", containerDefinitions=LATEST, tags=tags), res(DATABASE, "db", multiAz=False, tags=tags)]
    outcome = evaluate(samples)
    assert outcome.verdict("container-not-privileged") == "fail"
    assert outcome.verdict("database-multi-az") == "fail"
    assert not outcome.of(pack.EXEMPTED)


def test_a_waiver_without_a_violation_is_not_listed_nor_one_that_is_gone() -> None:
    server = made_of(pack.policies(Environment.PRODUCTION))
    tags = {pack.SUPPRESS_TAGS[0]: "container-images-pinned"}
    pinned = LATEST.replace("latest", "1.4.2")
    assert evaluate([res(TASK, "api", containerDefinitions=LATEST, tags=tags)], server=server).of(pack.EXEMPTED)
    assert not evaluate([res(TASK, "api", containerDefinitions=pinned, tags=tags)], server=server).of(pack.EXEMPTED)


def test_what_is_high_is_waived_only_where_a_small_stack_asks_for_it() -> None:
    suppressible = {control.name: control.severity for control in CONTROLS if control.suppressible}
    asked_for = {"services-in-private-subnets", "services-without-public-ip"}
    assert suppressible.keys() - asked_for == {"container-images-pinned", "repository-tags-immutable"}
    assert all(suppressible[name] in (Severity.LOW, Severity.MEDIUM) for name in suppressible.keys() - asked_for)


def test_a_rule_that_breaks_is_reported_and_stops_no_other() -> None:
    @resource_rule(BY_NAME["database-multi-az"], DATABASE)
    def broken(database: Resource, _config: Config) -> list[Finding]:
        raise KeyError(database.text("password"))

    @stack_rule(BY_NAME["database-in-private-subnets"], DATABASE)
    def broken_too(_graph: Graph, _config: Config) -> list[Finding]:
        raise RuntimeError("hunter2")

    sound = [rule for rule in RULES if rule.name == "database-storage-encrypted"]
    server = made_of(pack.policies(Environment.STAGING, [broken, broken_too, *sound]))
    outcome = evaluate([res(DATABASE, "db", password="hunter2")], server=server)
    rule_errors = [item for item in outcome.diagnostics if item.policy == pack.RULE_ERRORS]
    assert outcome.verdict("database-storage-encrypted") == "fail"
    assert {item.level for item in rule_errors} == {analyzer_pb2.MANDATORY}
    assert "the rule database-multi-az itself is broken: KeyError at test_pack.py" in rule_errors[0].message
    assert "on db" in rule_errors[0].message
    assert "database-in-private-subnets itself is broken: RuntimeError" in rule_errors[1].message
    assert "hunter2" not in " ".join(item.message for item in outcome.diagnostics)


def test_policy_configuration_overrides_the_level() -> None:
    server = made_of(pack.policies(Environment.PRODUCTION))
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    request.policyConfig["database-multi-az"].enforcementLevel = analyzer_pb2.DISABLED
    server.Configure(request, None)
    reply = server.Analyze(analyze_request(res(DATABASE, "db"), preview=True), None)
    names = {item.policyName for item in reply.diagnostics}
    assert "database-storage-encrypted" in names
    assert "database-multi-az" not in names


def test_every_message_is_one_line_with_name_and_fix() -> None:
    for case in CASES:
        if case.verdict == "fail":
            outcome = evaluate(case.resources, provider=case.provider, server=only(case.control))
            for message in outcome.of(case.control):
                assert "\n" not in message
                assert ". Fix: " in message
                assert any(f" {sample.name}: " in message for sample in case.resources), message
                assert ".0 " not in message


def test_the_order_of_resources_changes_nothing() -> None:
    samples = stack(80)
    forward, backward = evaluate(samples), evaluate(samples[::-1])
    assert forward.diagnostics
    once = "required-tags"
    ways = [{item for item in said.diagnostics if item.policy != once} for said in (forward, backward)]
    assert ways[0] == ways[1]
    assert len(forward.of(once)) == len(backward.of(once)) == 1  # said about the first resource that lacks them


def test_an_unrelated_resource_changes_no_verdict() -> None:
    extra = [res("random:index/randomId:RandomId", "suffix", byteLength=4), res("pulumi:providers:random", "random")]
    for case in CASES:
        config = {case.control: case.config}
        outcome = evaluate([*case.resources, *extra], provider=case.provider, config=config, server=only(case.control))
        assert outcome.verdict(case.control) == case.verdict


def test_an_unknown_never_turns_a_failure_into_a_pass() -> None:
    """Replacing the judged database properties one by one by unknowns leaves fail or undecided, except for presence."""
    wanted: dict[str, Any] = {
        "storageEncrypted": False,
        "multiAz": False,
        "publiclyAccessible": True,
        "backupRetentionPeriod": 1,
    }
    controls = ("database-storage-encrypted", "database-multi-az", "database-not-public", "database-backups-kept")
    for control, name in zip(controls, wanted, strict=True):
        outcome = evaluate([res(DATABASE, "db", **{**wanted, name: UNKNOWN})], preview=True)
        assert outcome.verdict(control) == "unknown"


def test_policy_kinds() -> None:
    """What one resource decides stops an update before the resource exists."""
    kinds = {policy.name: type(policy) for policy in pack.policies(Environment.PRODUCTION)}
    assert kinds["database-storage-encrypted"] is ResourceValidationPolicy
    assert kinds["database-in-private-subnets"] is StackValidationPolicy


def test_computed_outputs_are_the_provider_s_defaults() -> None:
    """In a preview a bucket's inline blocks are unknown outputs that the program never set."""
    bucket = res("s3/bucket:Bucket", "media", bucket="shop-media")
    computed = Resource(
        token=bucket.token,
        name="media",
        urn=bucket.urn,
        raw={"bucket": "shop-media", "versioning": UNKNOWN},
        dependencies={"bucket": []},
    )
    assert computed.get("versioning") is None
    dropped = Resource(token="t", name="n", urn="u", raw={}, dependencies={"rules": []})
    assert dropped.has("rules")


def test_what_is_no_input_and_unknown_is_computed_also_where_nothing_depends_on_anything() -> None:
    seen = Resource(token="t", name="n", urn="u", raw={"a": UNKNOWN, "b": UNKNOWN}, inputs={"a": UNKNOWN})
    assert seen.has("a")
    assert not seen.has("b")


def test_what_is_written_is_the_inputs_alone() -> None:
    outputs = {"name": "n", "policy": "{}", "logging": {"format": "text", "group": "g"}}
    inputs = {"name": UNKNOWN, "logging": {"format": "text"}}
    seen = Resource(token="t", name="n", urn="u", raw=outputs, inputs=inputs)
    assert seen.inputs.props == {"name": values.UNKNOWN, "logging": {"format": "text"}}
    assert seen.get("logging.group") == "g"
    assert seen.inputs.urn == seen.urn


def test_where_nothing_was_asked_about_inputs_the_outputs_count() -> None:
    seen = Resource(token="t", name="n", urn="u", raw={"policy": "{}"})
    assert seen.inputs is seen


def test_what_a_rule_resource_opens_is_reported_once() -> None:
    stale = group("api", computed={"ingress": [SSH]})
    outcome = evaluate([stale, rule("api", port=22, cidrIpv4="0.0.0.0/0")])
    assert len(outcome.of("internet-reaches-only-load-balancers")) == 1
    assert not evaluate([stale]).of("internet-reaches-only-load-balancers")


def test_inputs_are_forgotten_with_the_run_they_belong_to() -> None:
    """Otherwise a later stack, of which the engine asks less, would be judged by what another program has written."""
    server = only("role-policies-not-mixed")
    samples = [
        res("iam/role:Role", "r", computed={"managedPolicyArns": ["arn"]}),
        res("iam/rolePolicyAttachment:RolePolicyAttachment", "a", role=Ref("r")),
    ]
    assert not evaluate(samples, server=server).of("role-policies-not-mixed")
    alone = server.AnalyzeStack(stack_request(samples, preview=False), None)
    assert "role-policies-not-mixed" in {item.policyName for item in alone.diagnostics}


def test_network_of_our_own_component_keeps_exact_edges() -> None:
    """Its subnet ids also depend on route and association, which are no subnets."""
    case = next(item for item in CASES if item.control == "database-in-private-subnets" and item.verdict == "pass")
    group = next(item for item in case.resources if item.name == "dbs")
    waiting = res(
        "rds/subnetGroup:SubnetGroup",
        "dbs",
        subnetIds=[Ref("isolated-a"), Ref("isolated-b")],
        also={"subnetIds": ["isolated-a-table", "public-igw"]},
    )
    resources = [item for item in case.resources if item is not group] + [waiting]
    assert evaluate(resources, preview=True).verdict("database-in-private-subnets") == "pass"
