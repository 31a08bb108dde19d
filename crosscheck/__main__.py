"""Let checkov judge every shipped stack, and compare its verdicts with the pack's on the violating samples.

It fails on a finding that `known.yaml` does not explain, on an explanation that nothing needs, and when checkov saw fewer
resources than there are. `iam` does the same with parliament and policy_sentry. Linters run in environments of their own
(``make crosscheck``).
"""

import fnmatch
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from crosscheck import iam
from crosscheck.terraform import Block, write
from policy.rules import CONTROLS
from preview import yaml
from preview.graph import Graph
from tests.policy.harness import UNKNOWN, Case, Ref, Sample
from tests.policy.rules import CASES
from tests.stacks import NAMES, ROOT, recorded

KNOWN: Final = Path(__file__).with_name("known.yaml")
AGREEMENT: Final = ROOT / "docs" / "checkov.md"
CHECKOV: Final = "CHECKOV"
"""The environment variable that names the program."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckovResult:
    """What checkov says about a plan."""

    resources: int
    failed: frozenset[tuple[str, str]]
    """(check, resource's name)"""
    passed: frozenset[tuple[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A finding that stays."""

    check: str
    reason: str
    resources: Sequence[str] = ("*",)

    def covers(self, check: str, name: str) -> bool:
        """Whether it explains a finding."""
        return check == self.check and any(fnmatch.fnmatchcase(name, pattern) for pattern in self.resources)


def identifier(name: str) -> str:
    """A name that Terraform allows."""
    return re.sub(r"\W", "_", name)


def blocks(graph: Graph) -> list[Block]:
    """The resources of a recorded graph."""
    made = [resource for resource in graph.resources if resource.custom]
    places = {resource.urn: (resource.type, identifier(resource.name)) for resource in made}
    return [
        Block(
            token=resource.type,
            name=identifier(resource.name),
            inputs=resource.inputs,
            references={
                prop: [places[urn] for urn in urns if urn in places]
                for prop, urns in resource.property_dependencies.items()
            },
        )
        for resource in made
    ]


def run_checkov(listed: Sequence[Block]) -> CheckovResult:
    """Run checkov on a plan.

    Raises:
        RuntimeError: it gives no verdict, or has not seen every resource.
    """
    aws = [block for block in listed if block.token.startswith("aws:")]
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder) / "plan.json"
        plan.write_text(write(aws), encoding="utf-8")
        options = ["--framework", "terraform_plan", "--compact", "--skip-download", "--soft-fail", "-o", "json"]
        command = [os.environ.get(CHECKOV, "checkov"), "-f", str(plan), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    try:
        said: dict[str, Any] = json.loads(done.stdout)
        results, seen = said["results"], int(said["summary"]["resource_count"])
    except (ValueError, KeyError, TypeError):
        raise RuntimeError(f"checkov gives no verdict: {done.stderr.strip()[-500:]}") from None
    if seen < len(aws):
        raise RuntimeError(f"checkov saw {seen} of {len(aws)} resources")
    return CheckovResult(
        resources=seen,
        failed=frozenset(_places(results["failed_checks"])),
        passed=frozenset(_places(results["passed_checks"])),
    )


def _places(results: Iterable[Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    return ((item["check_id"], item["resource"].partition(".")[2]) for item in results)


def known() -> list[Known]:
    """The findings that stay."""
    listed = yaml.load(KNOWN.read_text(encoding="utf-8"))
    if not isinstance(listed, list):
        raise TypeError(f"{KNOWN}: not a list")
    return [Known(**entry) for entry in listed]


def stacks() -> list[str]:
    """What is wrong in the shipped stacks, a line each; prints what was seen."""
    entries, used, wrong = known(), set[int](), list[str]()
    for name in NAMES:
        said = run_checkov(blocks(recorded(name)))
        print(f"{name}: {said.resources} resources, {len(said.passed)} passed, {len(said.failed)} failed")
        for check, resource in sorted(said.failed):
            matching = [index for index, entry in enumerate(entries) if entry.covers(check, resource)]
            used.update(matching)
            if not matching:
                wrong.append(f"{name}: {check} of {resource} is not explained in {KNOWN.name}")
    wrong += [f"{entry.check}: nothing needs it any more" for index, entry in enumerate(entries) if index not in used]
    return wrong


def agreement() -> str:
    """The page that compares verdicts on the violating samples, control by control."""
    cases = [case for case in CASES if case.verdict == "fail"]
    said = run_checkov([block for index, case in enumerate(cases) for block in _sampled(index, case)])
    rows = []
    totals: Counter[str] = Counter()
    by_control = defaultdict(list)
    for index, case in enumerate(cases):
        by_control[case.control].append(index)
    for control in CONTROLS:
        if not control.checkov:
            continue
        samples = by_control[control.name]
        failed, silent = _counted(said, samples, control.checkov)
        verdict = _verdict(failed, silent, of=len(samples))
        totals[verdict] += 1
        rows.append(
            f"| `{control.name}` | {', '.join(control.checkov)} | {len(samples)} | {failed} | {silent} | {verdict} |"
        )
    summary = ", ".join(f"{verdict}: {count}" for verdict, count in totals.most_common())
    return "\n".join(
        [
            "# The pack beside checkov",
            "",
            "How checkov judges the violating samples of each control that names one of its checks. The pack finds all of them. Where",
            "checkov says nothing, its check does not know the resource type or the form of the sample. `make crosscheck` writes this page.",
            "",
            f"Controls: {summary}.",
            "",
            "| control | checks | samples | checkov fails | says nothing | checkov |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _counted(said: CheckovResult, samples: Sequence[int], checks: Collection[str]) -> tuple[int, int]:
    """Of a control's samples, by number, those that one of its checks fails and those of which none says anything."""
    failed, silent = 0, 0
    for index in samples:
        own = {item for item in said.failed | said.passed if item[0] in checks and item[1].startswith(f"case{index}_")}
        failed += bool(own & said.failed)
        silent += not own
    return failed, silent


def _verdict(failed: int, silent: int, *, of: int) -> str:
    if failed == of:
        return "agrees"
    if failed:
        return "agrees on some"
    return "says nothing" if silent == of else "passes them"


def _sampled(index: int, case: Case) -> Iterator[Block]:
    """A sample's resources under names of their own."""
    places = {sample.name: (sample.token, f"case{index}_{identifier(sample.name)}") for sample in case.resources}
    for sample in case.resources:
        yield Block(
            token=sample.token,
            name=places[sample.name][1],
            inputs=_plain(sample.props, sample),
            references={
                key: [places[ref.name] for ref in _refs(value) if ref.name in places]
                for key, value in sample.props.items()
            },
        )


def _plain(value: Any, sample: Sample) -> Any:  # noqa: ANN401 - any plain value
    if isinstance(value, Mapping):
        return {key: _plain(item, sample) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, sample) for item in value]
    if isinstance(value, Ref):
        return f"{value.name}-{value.attribute}"
    return "unknown" if value == UNKNOWN else value


def _refs(value: Any) -> Iterator[Ref]:  # noqa: ANN401 - any plain value
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _refs(item)
    elif isinstance(value, Ref):
        yield value


def main() -> int:
    """Judge everything, write the page, return the exit code."""
    wrong = [*iam.stacks(), *stacks()]
    AGREEMENT.write_text(agreement(), encoding="utf-8")
    print("\n".join(wrong) or "Every finding is explained.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
