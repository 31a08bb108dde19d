"""What stands in for the SDK's own gives what the SDK gives, in the same order."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gc
from collections.abc import Callable
from pathlib import Path

import pulumi
import pulumi._types as sdk_types
import pulumi.output as sdk_output
import pulumi.runtime.resource as sdk_resource
import pulumi.runtime.rpc as sdk_rpc
import pytest
from pulumi import log
from pulumi.runtime.stack import run_pulumi_func

from compat import aws, core, core_messages
from compat.loop import InOrder, Loop, call_in
from compat.loop import problem as loop_problem
from compat.versions import Tried
from preview import stackfile
from preview.graph import Graph
from preview.record import Mode, RefusedError, record
from tests import stacks

PROGRAM = """
import pulumi
import pulumi_aws as aws
import pulumi_random as random


class Box(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("toy:index:Box", name, None, opts)
        own = pulumi.ResourceOptions(parent=self)
        self.queue = aws.sqs.Queue(f"{name}-queue", opts=own)
        self.later = self.queue.arn.apply(lambda arn: aws.sns.Topic(f"{name}-topic", name="t", opts=own).arn)
        self.register_outputs({"arn": self.queue.arn, "later": self.later})


boxes = [Box(f"box-{number}") for number in range(4)]
password = random.RandomPassword("password", length=20)
bucket = aws.s3.Bucket("bucket", tags={"a": boxes[0].later}, opts=pulumi.ResourceOptions(depends_on=[boxes[1]]))
zone = aws.route53.get_zone_output(name="example.com")
record = aws.route53.Record(
    "record", name=bucket.bucket_domain_name, type="A", zone_id=zone.zone_id, records=[password.result]
)
both = pulumi.Output.all(bucket.arn, record.fqdn, password.result).apply(lambda parts: "/".join(parts))
old = pulumi.ResourceOptions(aliases=[pulumi.Alias(name="older")], protect=True)
group = aws.cloudwatch.LogGroup("group", name=both, opts=old)
pulumi.export("bucket", bucket)
pulumi.export("secret", password.result)
pulumi.export("unset", group.kms_key_id)
pulumi.export("lifecycle", bucket.tags_all)
"""


VALUES = """
import asyncio
import enum

import pulumi
import pulumi_aws as aws


class Kind(str, enum.Enum):
    RED = "red"


class Anything(pulumi.CustomResource):
    def __init__(self, name, props, opts=None):
        super().__init__("toy:index:Anything", name, props, opts)


async def later(value):
    await asyncio.sleep(0)
    return value


secret = pulumi.Output.secret({"user": "me", "ports": [1, 2.5]})
queue = aws.sqs.Queue("queue", delay_seconds=5, tags={"a": later("b"), "umlaut": "\u00e4", "none": None})
odd = Anything("odd", {
    "whole": 3, "huge": 2**70, "real": 2.5, "small": -1, "yes": True, "nothing": None, "kind": Kind.RED, "pair": (1, "2"),
    "nested": {"deep": [{"secret": secret, "arn": queue.arn}], "empty": {}, "list": []},
    "secret": secret, "queue": queue, "file": pulumi.FileAsset("Pulumi.yaml"),
    "archive": pulumi.AssetArchive({"a": pulumi.StringAsset("text")}), "awaited": later([1, later(2)]),
})
bucket = aws.s3.Bucket("bucket", force_destroy=queue.fifo_queue, bucket=pulumi.Output.json_dumps([{"n": odd.id}]))
index = aws.s3.BucketWebsiteConfigurationIndexDocumentArgs(suffix=queue.name)
site = aws.s3.BucketWebsiteConfiguration("site", bucket=bucket.id, index_document=index)
rule = aws.ec2.SecurityGroup(
    "group", ingress=[{"protocol": "tcp", "from_port": 1, "to_port": queue.delay_seconds, "cidr_blocks": ["10.0.0.0/8"]}]
)
pulumi.export("ports", rule.ingress.apply(lambda found: [type(found[0]).__name__, found[0].from_port, found[0].to_port]))
pulumi.export("website", site.index_document.apply(lambda found: type(found).__name__))
pulumi.export("all", pulumi.Output.all(a=queue.delay_seconds, b=secret, c=[queue.arn, {"d": queue.url}]))
pulumi.export("none", pulumi.Output.all())
pulumi.export("format", pulumi.Output.format("{0}-{1}", queue.delay_seconds, queue.arn))
pulumi.export("concat", pulumi.Output.concat("a", later("b"), queue.name))
pulumi.export("input", pulumi.Output.from_input({"a": [queue.fifo_queue, ("x", later(1))]}))
pulumi.export("recovered", queue.arn.apply(lambda _: 1 / 0).recover(lambda error: str(error)))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: toy\nruntime: python\nconfig:\n  aws:region: {value: eu-west-1}\n")
    (tmp_path / "__main__.py").write_text(PROGRAM)
    return tmp_path


def plain(graph: Graph) -> list[object]:
    return [
        [(r.urn, repr(r)) for r in graph.resources],
        [{name: repr(getattr(r, name)) for name in r.__slots__} for r in graph.resources],
        repr(graph.exports),
        graph.secret_exports,
        repr(graph.registered_outputs),
        graph.messages,
    ]


@pytest.mark.parametrize("mode", ["update", "preview"])
def test_a_program_registers_the_same_in_the_same_order(
    project: Path, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = record(project, "prod", {}, mode=mode)
    monkeypatch.setattr(core, "in_less_time", contextlib.nullcontext)
    ordinary = record(project, "prod", {}, mode=mode)
    assert len(quick.resources) == (16 if mode == "update" else 12)
    assert plain(quick) == plain(ordinary)
    assert quick.secret_exports == {"secret"}


def test_a_refused_resource_is_refused_alike(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "__main__.py").write_text(
        PROGRAM + 'aws.sqs.Queue("same", name=both)\naws.sqs.Queue("same", name=both)\n'
    )
    said = []
    for _ in range(2):
        with pytest.raises(RefusedError) as caught:
            record(project, "prod", {})
        said.append(str(caught.value))
        monkeypatch.setattr(core, "in_less_time", contextlib.nullcontext)
    assert said[0] == said[1]


CIRCLE = """
import asyncio
import pulumi
import pulumi_aws as aws

after = asyncio.get_running_loop().create_future()
first = aws.sqs.Queue("first", opts=pulumi.ResourceOptions(depends_on=pulumi.Output.from_input(after)))
second = aws.sqs.Queue("second", opts=pulumi.ResourceOptions(depends_on=[first]))
after.set_result([second])
"""


def test_resources_that_wait_for_each_other_are_refused_alike(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "__main__.py").write_text(CIRCLE)
    said = []
    for _ in range(2):
        with pytest.raises(RuntimeError, match="circular dependency") as caught:
            record(project, "prod", {})
        said.append(str(caught.value))
        monkeypatch.setattr(core, "in_less_time", contextlib.nullcontext)
    assert said[0] == said[1]


@pytest.mark.parametrize("mode", ["update", "preview"])
def test_values_of_every_kind_arrive_the_same(project: Path, mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "__main__.py").write_text(VALUES)
    quick = record(project, "prod", {}, mode=mode)
    monkeypatch.setattr(core, "in_less_time", contextlib.nullcontext)
    ordinary = record(project, "prod", {}, mode=mode)
    assert len(quick.resources) == 5
    for ours, theirs in zip(plain(quick), plain(ordinary), strict=True):
        assert ours == theirs
    (odd,) = [resource for resource in quick.resources if resource.name == "odd"]
    assert odd.inputs["kind"] == "red"
    assert type(odd.inputs["kind"]) is str
    assert odd.inputs["whole"] == 3
    assert odd.secrets == {"nested", "secret"}


def resolved(value: object, between: Callable[[], None] = lambda: None) -> tuple[int, object]:
    """After how many turns an output of a value is resolved, and to what."""

    async def turns() -> tuple[int, object]:
        future = pulumi.Output.from_input(value)._data  # noqa: SLF001 - what is asked without taking turns
        between()
        count = 0
        while not future.done():
            await asyncio.sleep(0)
            count += 1
        data = await future
        return count, (data.value, data.is_known, data.is_secret, data.resources)

    loop = Loop()
    try:
        return loop.run_until_complete(turns())
    finally:
        loop.close()


PLAIN: tuple[object, ...] = (
    {},
    [],
    {"a": 1},
    ["a", None, 2.5, True],
    {"a": {}},
    [[]],
    {"a": "b", "c": {"d": [1, {"e": "f"}], "g": []}},
    [{"a": [[["b"]]]}, {"c": 1}],
    {"a": {"b": {"c": {"d": 1}}}, "e": [1]},
)


@pytest.mark.parametrize("value", PLAIN, ids=str)
def test_an_output_of_plain_data_takes_as_many_turns(value: object) -> None:
    def quick() -> tuple[int, object]:
        with core.in_less_time():
            return resolved(value)

    ours, theirs = contextvars.copy_context().run(quick), contextvars.copy_context().run(resolved, value)
    assert ours == theirs
    given = ours[1][0] if isinstance(ours[1], tuple) else None
    assert given == value
    assert (given is value) == (not value)  # somebody may change what it was made of


def test_plain_data_that_is_changed_after_it_was_given() -> None:
    def change(value: dict[str, object], part: dict[str, object]) -> Callable[[], None]:
        def between() -> None:
            value["late"] = 1
            part["secret"] = pulumi.Output.secret("x")

        return between

    def quick() -> object:
        with core.in_less_time():
            part: dict[str, object] = {"a": 1}
            value: dict[str, object] = {"part": part}
            return resolved(value, change(value, part))[1]

    assert contextvars.copy_context().run(quick) == ({"part": {"a": 1, "secret": "x"}}, True, True, set())


@pytest.mark.parametrize("mode", ["update", "preview"])
def test_a_shipped_stack_is_recorded_the_same(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    read = stackfile.read(stacks.ROOT / "Pulumi.prod.yaml")
    graphs = []
    for _ in range(2):
        graphs.append(record(stacks.ROOT, read.stack, read.config, mode=mode, spelled=read.spelled))
        monkeypatch.setattr(core, "in_less_time", contextlib.nullcontext)
    quick, ordinary = ({resource.urn: resource for resource in graph.resources} for graph in graphs)
    assert quick.keys() == ordinary.keys()
    for urn, resource in quick.items():
        for name in resource.__slots__:
            assert getattr(resource, name) == getattr(ordinary[urn], name), (urn, name)
    assert graphs[0].exports == graphs[1].exports
    assert graphs[0].registered_outputs == graphs[1].registered_outputs


@pytest.mark.parametrize(
    "wrong",
    [
        'aws.sqs.Queue("q", name="\\ud800")',
        'aws.sqs.Queue("q", tags={1: "a"})',
        'aws.sqs.Queue("q", tags={"a": object()})',
        'aws.sqs.Queue("q", tags={"a": {1, 2}})',
        'aws.ec2.SecurityGroup("g", ingress={"a": "b"}, tags="none")',
        'aws.sqs.Queue("q", opts=pulumi.ResourceOptions(depends_on=["no resource"]))',
        'a = aws.sqs.Queue("a"); aws.sqs.Queue("b", name=a.name.apply(lambda _: 1 / 0))',
    ],
)
def test_what_the_sdk_refuses_is_refused_in_its_words(
    project: Path, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "__main__.py").write_text(f"import pulumi\nimport pulumi_aws as aws\n{wrong}\n")
    said: list[object] = []
    for _ in range(2):
        try:
            said.append(plain(record(project, "prod", {})))
        except Exception as error:  # noqa: BLE001 - whatever it is, it must be the same
            said.append((type(error), str(error).partition(" at 0x")[0]))
        monkeypatch.setattr(core, "in_less_time", contextlib.nullcontext)
    assert said[0] == said[1]


def test_a_circle_of_dependencies_is_refused() -> None:
    declare = core_messages.declare_dependency()
    first, second, third = (pulumi.ComponentResource.__new__(pulumi.ComponentResource) for _ in range(3))
    assert declare(first, second)
    assert declare(second, third)
    assert declare(first, third)
    assert not declare(third, first)
    assert not declare(third, third)


def test_the_loop_turns_as_asyncios() -> None:
    async def program() -> list[tuple[int, int]]:
        order = []

        async def work(number: int) -> None:
            for turn in range(number):
                order.append((number, turn))
                await asyncio.sleep(0)
            later = asyncio.get_running_loop().create_future()
            call_in(number % 7, later.set_result, number)
            order.append((number, await later))

        await asyncio.gather(*(work(number) for number in range(90)))
        await asyncio.wait_for(asyncio.sleep(0.001), 1)
        handle = asyncio.get_running_loop().call_soon(order.clear)
        handle.cancel()
        await asyncio.sleep(0)
        assert handle.cancelled()
        threadsafe = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon_threadsafe(threadsafe.set_result, (0, 0))
        order.append(await threadsafe)
        return order

    orders = []
    for kind in (Loop, asyncio.SelectorEventLoop):
        loop = kind()
        orders.append(loop.run_until_complete(program()))
        loop.close()
    assert orders[0] == orders[1]
    assert len(orders[0]) == 90 * 89 / 2 + 90 + 1


def test_the_loop_tells_an_error_of_a_callback_and_goes_on() -> None:
    loop, told = Loop(), []
    loop.set_exception_handler(lambda _, context: told.append(context["exception"]))
    loop.call_soon(lambda: 1 / 0)
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    assert [type(error) for error in told] == [ZeroDivisionError]


def test_this_python_has_what_the_loop_rests_on() -> None:
    assert loop_problem() is None


MERGED = (
    (pulumi.ResourceOptions(version="1"), pulumi.ResourceOptions()),
    (pulumi.ResourceOptions(version="1", plugin_download_url="u"), pulumi.ResourceOptions(version="2", protect=False)),
    (
        pulumi.ResourceOptions(version="1"),
        pulumi.ResourceOptions(
            ignore_changes=["a"],
            aliases=[pulumi.Alias(name="b")],
            depends_on=[],
            id="c",
            retain_on_delete=True,
            custom_timeouts=pulumi.CustomTimeouts(create="1m"),
            hide_diffs=["d"],
            env_var_mappings={"e": "f"},
        ),
    ),
    (pulumi.ResourceOptions(additional_secret_outputs=["a"]), pulumi.ResourceOptions(additional_secret_outputs=["b"])),
    (pulumi.ResourceOptions(protect=True), pulumi.ResourceOptions()),
    (pulumi.ResourceOptions(version="1"), pulumi.ResourceOptions(depends_on=())),
    (pulumi.ResourceOptions(version="1"), pulumi.ResourceOptions(providers={})),
    (
        pulumi.ResourceOptions(version="1"),
        pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(before_create=[lambda _: None])),
    ),
    (None, pulumi.ResourceOptions(protect=True)),
    (pulumi.ResourceOptions(protect=True), None),
)


@pytest.mark.parametrize(("first", "second"), MERGED, ids=range(len(MERGED)))
def test_options_are_merged_alike(first: pulumi.ResourceOptions | None, second: pulumi.ResourceOptions | None) -> None:
    def merged() -> dict[str, object]:
        made = pulumi.ResourceOptions.merge(first, second)
        assert made is not first
        assert made is not second
        return {**vars(made), "hooks": vars(made.hooks)}

    def quick() -> dict[str, object]:
        with core.in_less_time():
            return merged()

    before = [dict(vars(options)) for options in (first, second) if options]
    ours = contextvars.copy_context().run(quick)
    assert [dict(vars(options)) for options in (first, second) if options] == before
    assert ours == merged()


def test_options_are_merged_with_what_a_resource_waits_for(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "__main__.py").write_text(
        "import pulumi\nimport pulumi_aws as aws\n"
        "first = aws.sqs.Queue('first')\n"
        "given = [first]\n"
        "for number, waits_for in enumerate([given, first, (first,), pulumi.Output.from_input(given)]):\n"
        "    aws.sqs.Queue(f'queue-{number}', opts=pulumi.ResourceOptions(depends_on=waits_for, version='1.0.0'))\n"
        "assert given == [first]\n"
    )
    quick = record(project, "prod", {})
    assert [len(resource.dependencies) for resource in quick.resources] == [0, 1, 1, 1, 1]
    monkeypatch.setattr(core, "in_less_time", contextlib.nullcontext)
    assert plain(quick) == plain(record(project, "prod", {}))


def test_the_sdk_is_itself_again_afterwards(project: Path) -> None:
    owners = (sdk_rpc, sdk_resource, sdk_types, sdk_output, log, pulumi.Output, pulumi.ResourceOptions)
    before = [dict(vars(owner)) for owner in owners]
    record(project, "prod", {})
    assert [dict(vars(owner)) for owner in owners] == before


@pytest.mark.parametrize(("first", "following"), [("99", "100"), ("1", "2")])
def test_another_version_than_those_tried_is_said(first: str, following: str) -> None:
    problem = Tried("pulumi", first, following).problem()
    assert problem
    assert f"from {first} up to, not including, {following}" in problem


@pytest.mark.parametrize("tried", [core.TRIED, aws.TRIED], ids=lambda tried: tried.package)
def test_the_installed_versions_were_tried_and_requirements_keep_to_them(tried: Tried) -> None:
    assert tried.problem() is None
    wanted = (Path(__file__).parents[1] / "requirements.in").read_text(encoding="utf-8").splitlines()
    (line,) = [line for line in wanted if line.startswith(f"{tried.package}>=")]
    first, _, following = line.removeprefix(f"{tried.package}>=").partition(",<")
    assert (first, following) == (tried.first, tried.next)


class Other(pulumi.runtime.Mocks):
    """An engine that knows one other stack."""

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, object], None]:
        raise LookupError(args.token)

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, object]]:
        if args.inputs["name"] != "acme/slipway/platform":
            raise LookupError(f"unknown stack {args.inputs['name']}")
        return args.resource_id, {**args.inputs, "outputs": {"shared": {"version": 1}}, "secretOutputNames": []}


def under_the_sdk(program: Callable[[], object]) -> None:
    """Run a program with the SDK as it is, as the engine's language host does."""

    async def run() -> None:
        program()

    async def main() -> None:
        pulumi.runtime.set_mocks(Other(), preview=False)
        await run_pulumi_func(run)

    def here() -> None:
        with asyncio.Runner(loop_factory=InOrder) as runner:
            runner.run(main())

    contextvars.Context().run(here)


def test_a_program_waits_for_a_value_with_the_sdk_as_it_is() -> None:
    got: list[object] = []
    under_the_sdk(lambda: got.append(core.stack_outputs(pulumi.StackReference("acme/slipway/platform"))))
    assert got == [{"shared": {"version": 1}}]


def test_what_fails_meanwhile_is_the_programs_to_tell(caplog: pytest.LogCaptureFixture) -> None:
    def program() -> None:
        try:
            core.stack_outputs(pulumi.StackReference("acme/slipway/none"))
        except LookupError as error:
            raise pulumi.RunError(f"told: {error}") from error

    gc.freeze()  # what other tests hold is not gone through
    with pytest.raises(pulumi.RunError, match=r"^told: unknown stack acme/slipway/none$"):
        under_the_sdk(program)
    gc.collect()
    assert caplog.text == "", "nothing is left for asyncio to complain of"
