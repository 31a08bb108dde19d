from __future__ import annotations

import os
import resource
import sys
import textwrap
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from preview.graph import UNKNOWN, Graph, Resource
from preview.pack_process import HEAD, Conversation, LoadedPack, Process, _has_ended, connected, own_memory
from preview.policies import Pack, PackError
from preview.verdict import Config, Verdict

Evaluated = Callable[..., Verdict]

PREAMBLE = """
import pulumi
from pulumi_policy import (
    EnforcementLevel, PolicyConfigSchema, PolicyPack, ResourceValidationPolicy, Severity, StackValidationPolicy
)
"""

BUCKETS = """
    def buckets(args, report):
        if args.resource_type == "aws:s3/bucket:Bucket" and not args.props["tags"].get("owner"):
            report("no owner")

    PolicyPack("toy", [ResourceValidationPolicy(
        "buckets", "Buckets have an owner.", buckets, EnforcementLevel.MANDATORY, severity=Severity.HIGH)])
    """

PROVIDER = Resource(
    urn="urn:pulumi:prod::toy::pulumi:providers:aws::mine",
    type="pulumi:providers:aws",
    name="mine",
    inputs={"region": "eu-west-1", "defaultTags": '{"tags": {"app": "toy"}}'},
)


def bucket(**tags: object) -> Resource:
    return Resource(
        urn="urn:pulumi:prod::toy::aws:s3/bucket:Bucket::files",
        type="aws:s3/bucket:Bucket",
        name="files",
        inputs={"tags": tags},
        outputs={"tags": tags, "arn": "arn:aws:s3:::files"},
        provider=f"{PROVIDER.urn}::1",
    )


def graph(*resources: Resource) -> Graph:
    return Graph(project="toy", stack="prod", resources=(PROVIDER, *resources), exports={})


@pytest.fixture
def pack(tmp_path: Path) -> Callable[..., Pack]:
    def make(program: str, *, values: Mapping[str, str] | None = None, config: Config | None = None) -> Pack:
        (tmp_path / "PulumiPolicy.yaml").write_text("runtime: python\nversion: 0.1.0\n")
        (tmp_path / "__main__.py").write_text(PREAMBLE + textwrap.dedent(program))
        return Pack(tmp_path, project="toy", stack="prod", values=values or {}, dry_run=False, config=config)

    return make


@pytest.fixture
def evaluated(pack: Callable[..., Pack]) -> Evaluated:
    def evaluate(program: str, *resources: Resource, values: Mapping[str, str] | None = None) -> Verdict:
        with pack(program, values=values) as running:
            return running.evaluate(graph(*resources))

    return evaluate


def test_a_violation(evaluated: Evaluated) -> None:
    verdict = evaluated(BUCKETS, bucket(colour="red"))
    assert verdict.pack == "toy"
    assert verdict.policies == 1
    assert verdict.refused
    (finding,) = verdict.findings
    assert finding.policy == "buckets"
    assert finding.level == "mandatory"
    assert finding.severity == "high"
    assert finding.urn == bucket().urn
    assert finding.message == "no owner"
    assert finding.description == "Buckets have an owner."


def test_a_compliant_stack(evaluated: Evaluated) -> None:
    verdict = evaluated(BUCKETS, bucket(owner="us"))
    assert verdict.findings == ()
    assert not verdict.refused


def test_an_unknown_value_leaves_a_policy_undecided(evaluated: Evaluated) -> None:
    verdict = evaluated(BUCKETS, bucket(owner=UNKNOWN))
    assert verdict.findings == ()
    assert [finding.policy for finding in verdict.undecided] == ["buckets"]
    assert not verdict.refused


def test_policies_see_what_the_engine_shows_them(evaluated: Evaluated) -> None:
    verdict = evaluated(
        """
        def look(args, report):
            if args.resource_type != "aws:s3/bucket:Bucket":
                return
            report(str([
                sorted(args.props["tags"].items()), args.provider.props["region"], args.opts.protect,
                args.opts.parent.rpartition("::")[2], pulumi.get_stack(), pulumi.Config("toy").require("size"),
                args.get_config()["days"],
            ]))

        schema = PolicyConfigSchema({"days": {"type": "integer", "default": 30}})
        PolicyPack("toy", [ResourceValidationPolicy("look", "Look.", look, config_schema=schema)])
        """,
        bucket(own="1"),
        values={"toy:size": "4", "toy:huge": "x" * 200_000},
    )
    expected = [[("app", "toy"), ("own", "1")], "eu-west-1", False, "toy-prod", "prod", "4", 30.0]
    assert [finding.message for finding in verdict.findings] == [str(expected)]
    assert verdict.findings[0].level == "advisory"


def test_stack_policies_see_outputs_and_edges(evaluated: Evaluated) -> None:
    box = Resource(urn="urn:pulumi:prod::toy::toy:index:Box::box", type="toy:index:Box", name="box", custom=False)
    policy = Resource(
        urn="urn:pulumi:prod::toy::toy:index:Box$aws:s3/bucketPolicy:BucketPolicy::policy",
        type="aws:s3/bucketPolicy:BucketPolicy",
        name="policy",
        parent=box.urn,
        dependencies=(bucket().urn,),
        property_dependencies={"bucket": (bucket().urn,)},
        outputs={"bucket": "files", "id": UNKNOWN},
    )
    verdict = evaluated(
        """
        def look(args, report):
            (policy,) = [r for r in args.resources if r.name == "policy"]
            (target,) = policy.property_dependencies["bucket"]
            names = [policy.parent.name, policy.parent.parent.name, target.props["arn"], policy.dependencies[0].name]
            report(str(names), policy.urn)

        PolicyPack("toy", [StackValidationPolicy("look", "Look.", look, EnforcementLevel.MANDATORY)])
        """,
        bucket(),
        box,
        policy,
    )
    (finding,) = verdict.findings
    assert finding.urn == policy.urn
    assert finding.message == str(["box", "toy-prod", "arn:aws:s3:::files", "files"])


def test_the_stack_is_judged_after_all_resources(evaluated: Evaluated) -> None:
    verdict = evaluated(
        """
        import time
        seen = []

        def slow(args, report):
            time.sleep(0.05)
            seen.append(args.urn)

        PolicyPack("toy", [
            ResourceValidationPolicy("slow", "Slow.", slow),
            StackValidationPolicy("sum", "Sum.", lambda args, report: report(str(len(seen)))),
        ])
        """,
        bucket(),
    )
    assert [finding.message for finding in verdict.findings] == ["2"]


def test_mandatory_findings_come_first_then_the_severe(evaluated: Evaluated) -> None:
    verdict = evaluated(
        """
        def policy(name, level, severity):
            report = lambda args, report: report("") if "s3" in args.resource_type else None
            return ResourceValidationPolicy(name, "All.", report, level, severity=severity)

        PolicyPack("toy", [
            policy("a", EnforcementLevel.ADVISORY, Severity.CRITICAL),
            policy("b", EnforcementLevel.MANDATORY, Severity.LOW),
            policy("c", EnforcementLevel.MANDATORY, Severity.CRITICAL),
            policy("off", EnforcementLevel.DISABLED, Severity.LOW),
        ])
        """,
        bucket(),
    )
    assert [finding.policy for finding in verdict.findings] == ["c", "b", "a"]
    assert verdict.policies == 3
    assert verdict.findings[0].message == "All."


def test_the_packs_own_configuration_counts(evaluated: Evaluated) -> None:
    verdict = evaluated(
        """
        report = lambda args, report: report("found") if "s3" in args.resource_type else None
        PolicyPack(
            "toy",
            [ResourceValidationPolicy("a", "A.", report), ResourceValidationPolicy("b", "B.", report)],
            enforcement_level=EnforcementLevel.ADVISORY,
            initial_config={"all": EnforcementLevel.MANDATORY, "b": EnforcementLevel.DISABLED},
        )
        """,
        bucket(),
    )
    assert [(finding.policy, finding.level) for finding in verdict.findings] == [("a", "mandatory")]


def test_a_given_configuration_wins_over_the_packs_own(pack: Callable[..., Pack]) -> None:
    source = """
        def found(args, report):
            if "s3" in args.resource_type:
                report(str(args.get_config()))

        days = PolicyConfigSchema(properties={"days": {"type": "number", "default": 7}})
        PolicyPack(
            "toy",
            [
                ResourceValidationPolicy("a", "A.", found, config_schema=days),
                ResourceValidationPolicy("b", "B.", found),
            ],
            initial_config={"a": EnforcementLevel.DISABLED, "b": EnforcementLevel.MANDATORY},
        )
    """
    config = {"a": {"enforcementLevel": "mandatory", "days": 30}, "all": {"enforcementLevel": "advisory"}}
    with pack(source, config=config) as running:
        verdict = running.evaluate(graph(bucket()))
    assert [(finding.policy, finding.level) for finding in verdict.findings] == [("a", "mandatory"), ("b", "advisory")]
    assert "30" in verdict.findings[0].message


def test_a_given_configuration_that_the_engine_would_refuse_is_refused(pack: Callable[..., Pack]) -> None:
    source = """
        days = PolicyConfigSchema(properties={"days": {"type": "number", "minimum": 1}, "words": {"type": "array"}})
        PolicyPack("toy", [ResourceValidationPolicy("a", "A.", lambda args, report: None, config_schema=days)])
    """
    with pack(source, config={"a": {"days": 0, "words": "x"}}) as running:
        for _ in range(2):
            with pytest.raises(PackError, match=r"a\.days: 0.*less than.*; a\.words: 'x' is not of type 'array'"):
                running.evaluate(graph(bucket()))


def test_a_policy_that_fails_is_a_defect_and_the_others_still_run(evaluated: Evaluated) -> None:
    verdict = evaluated(
        """
        def broken(args, report):
            if "s3" in args.resource_type:
                raise ValueError("oops")

        PolicyPack("toy", [
            ResourceValidationPolicy("broken", "Broken.", broken),
            StackValidationPolicy("whole", "Whole.", lambda args, report: report("still here")),
        ])
        """,
        bucket(),
    )
    assert verdict.rule_errors == ("aws:s3/bucket:Bucket files: oops",)
    assert [finding.policy for finding in verdict.findings] == ["whole"]
    assert verdict.refused


def test_a_pack_that_does_not_load_says_why(pack: Callable[..., Pack]) -> None:
    with pack("import nothing_of_that_name") as running, pytest.raises(PackError) as caught:
        running.evaluate(graph())
    assert "the policy pack ended while it loaded" in str(caught.value)
    assert "No module named 'nothing_of_that_name'" in str(caught.value)


def test_a_pack_that_never_starts(pack: Callable[..., Pack]) -> None:
    with (
        pack("import time; time.sleep(60)") as running,
        pytest.raises(PackError, match=r"has not started after 0\.3 seconds"),
    ):
        running.evaluate(graph(), start_seconds=0.3)


def test_a_pack_that_prints_before_it_starts(pack: Callable[..., Pack]) -> None:
    with (
        pack("print('hello')") as running,
        pytest.raises(PackError, match="printed 'hello' where its port is expected"),
    ):
        running.evaluate(graph())


def test_a_pack_that_never_answers(pack: Callable[..., Pack]) -> None:
    program = """
    import time
    PolicyPack("toy", [ResourceValidationPolicy("slow", "Slow.", lambda args, report: time.sleep(60))])
    """
    with pack(program) as running, pytest.raises(PackError, match=r"has not answered after 2 seconds"):
        running.evaluate(graph(), answer_seconds=2)


def test_a_pack_that_ends_while_it_is_asked(pack: Callable[..., Pack]) -> None:
    program = """
    import os
    PolicyPack("toy", [ResourceValidationPolicy("end", "End.", lambda args, report: os._exit(3))])
    """
    with pack(program) as running, pytest.raises(PackError, match="the policy pack does not answer"):
        running.evaluate(graph())


def test_a_pack_judges_several_graphs(pack: Callable[..., Pack]) -> None:
    with pack(BUCKETS) as running:
        assert running.evaluate(graph(bucket())).refused
        assert not running.evaluate(graph(bucket(owner="us"))).refused


def test_what_was_observed_is_judged_once(pack: Callable[..., Pack]) -> None:
    program = """
    seen = []

    def note(args, report):
        seen.append(args.name)

    PolicyPack("toy", [
        ResourceValidationPolicy("note", "Note.", note),
        StackValidationPolicy("sum", "Sum.", lambda args, report: report(str(sorted(seen)))),
    ])
    """
    with pack(program) as running:
        running.evaluate(graph())
        for resource in graph(bucket()).resources:
            running.observe(resource)
        verdict = running.evaluate(graph(bucket()))
    assert [finding.message for finding in verdict.findings] == [str(["files", "mine", "mine"])]


def test_a_pack_ends_when_nobody_waits_for_its_answer_any_more(pack: Callable[..., Pack], tmp_path: Path) -> None:
    program = """
    import time
    from pathlib import Path
    def slow(args, report):
        Path("asked").touch()
        time.sleep(0.5)
    PolicyPack("toy", [ResourceValidationPolicy("slow", "Slow.", slow)])
    """
    with pack(program) as running:
        running._started(30, 30).ask(PROVIDER)  # noqa: SLF001 - in the middle of a conversation
        running._session._pack.send()  # noqa: SLF001 - as above
        while not (tmp_path / "asked").exists():
            time.sleep(0.01)
        running._process.socket.close()  # noqa: SLF001 - as above
        process = running._process._id  # noqa: SLF001 - as above
        assert process is not None
        assert _has_ended(process, 30)


_MOST = Path("/proc/sys/net/core/wmem_max")


@pytest.mark.skipif(not _MOST.exists() or int(_MOST.read_text()) < 1 << 20, reason="the system holds less than that")
def test_what_is_asked_at_the_end_is_on_its_way_while_the_pack_still_judges() -> None:
    ours, theirs = connected()
    with ours, theirs:
        conversation = Conversation(ours)
        conversation.ask("AnalyzeStack", bytes(1 << 20))
        conversation.send()
        theirs.settimeout(0)
        arrived = 0
        with suppress(BlockingIOError):
            while data := theirs.recv(1 << 18):
                arrived += len(data)
    assert arrived == HEAD.size + (1 << 20)


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="the system has no such call")
def test_a_copy_has_its_memory_before_it_writes() -> None:
    shared = bytearray(1 << 24)
    pages = range(0, len(shared), resource.getpagesize())
    answer, say = os.pipe()
    if not os.fork():
        own_memory()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for page in pages:
            shared[page] = 1
        os.write(say, str(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before).encode())
        os._exit(0)
    os.close(say)
    faults = int(os.read(answer, 20))
    os.close(answer)
    os.wait()
    assert faults < len(pages) / 8


def test_observing_never_fails_the_program(pack: Callable[..., Pack]) -> None:
    with pack("raise SystemExit('broken')") as running:
        running._process.wait()  # noqa: SLF001 - the pack has ended before the first resource
        running.observe(bucket())
        with pytest.raises(PackError, match="broken"):
            running.evaluate(graph(bucket()))


@pytest.mark.skipif(
    not Path("/proc/self/smaps_rollup").exists(), reason="the system does not tell what a process shares"
)
def test_a_copy_of_a_loaded_pack_shares_what_that_holds(
    pack: Callable[..., Pack], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ballast.py").write_text("held = [{'number': [number]} for number in range(100_000)]\n")
    program = """
    from pathlib import Path
    import ballast

    def told(args, report):
        lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
        report(next(line.split()[1] for line in lines if line.startswith("Private_Dirty:")))

    PolicyPack("toy", [ResourceValidationPolicy("told", "Told.", told, EnforcementLevel.ADVISORY)])
    """
    pack(program).close()
    kept = LoadedPack(tmp_path)
    monkeypatch.setattr(Process, "kept", kept)
    try:
        with pack(program) as running:
            finding, *_ = running.evaluate(graph(bucket(owner="us"))).findings
    finally:
        kept.close()
    ballast = 100_000 * (sys.getsizeof({"number": 1}) + sys.getsizeof([1])) / 1024
    assert int(finding.message) < ballast / 2
