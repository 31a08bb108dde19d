"""Let parliament and policy_sentry lint every IAM document of the shipped stacks.

Findings that `known_iam.yaml` does not explain are faults, and so are explanations that nothing needs.
"""

import fnmatch
import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from crosscheck.cfn import LINTERS
from preview import yaml
from preview.graph import Graph
from tests.stacks import NAMES, recorded

KNOWN: Final = Path(__file__).with_name("known_iam.yaml")
PROGRAM: Final = Path(__file__).with_name("iam_lint.py")


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """One IAM document of a stack."""

    stack: str
    resource: str
    """The resource's name."""
    kind: str
    """Its type's last word and the property: `Role.assumeRolePolicy`."""
    content: str
    """JSON."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AcceptedIssues:
    """Findings that stay. Patterns are those of a shell."""

    reason: str
    issues: Sequence[str]
    """`TOOL ISSUE`, such as `parliament RESOURCE_STAR`."""
    about: Sequence[str] = ("*",)
    documents: Sequence[str] = ("*",)
    """`KIND of RESOURCE`."""
    keys: Sequence[str] = ()
    """Condition keys, one of which the statement must have."""

    def covers(self, finding: Mapping[str, Any], document: Document) -> bool:
        """Whether it explains a finding."""
        return (
            _any([f"{finding['tool']} {finding['issue']}"], self.issues)
            and _any([finding["about"]], self.about)
            and _any([f"{document.kind} of {document.resource}"], self.documents)
            and (not self.keys or _any(finding["keys"], self.keys))
        )


def _any(values: Sequence[str], patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(value, pattern) for value in values for pattern in patterns)


def documents(stack: str, graph: Graph) -> Iterator[Document]:
    """Yield the documents of a graph: roles' trust and policies, boundaries, and policies of resources."""
    for resource in graph.resources:
        for key, value in resource.inputs.items():
            if isinstance(value, str) and value.lstrip().startswith("{") and '"Statement"' in value:
                kind = f"{resource.type.rpartition(':')[2]}.{key}"
                yield Document(stack=stack, resource=resource.name, kind=kind, content=value)


def lint(contents: Sequence[str]) -> Sequence[Sequence[Mapping[str, Any]]]:
    """Return the findings for each document.

    Raises:
        RuntimeError: the linters end without a verdict.
    """
    command = [os.environ[LINTERS], str(PROGRAM)]
    text = json.dumps([json.loads(content) for content in contents])
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode:
        raise RuntimeError(f"parliament and policy_sentry give no verdict: {done.stderr.strip()[-500:]}")
    found: Sequence[Sequence[Mapping[str, Any]]] = json.loads(done.stdout)
    return found


def known() -> list[AcceptedIssues]:
    """Return the findings that stay."""
    listed = yaml.load(KNOWN.read_text(encoding="utf-8"))
    if not isinstance(listed, list):
        raise TypeError(f"{KNOWN}: not a list")
    return [AcceptedIssues(**entry) for entry in listed]


def stacks() -> list[str]:
    """Return what is wrong in the shipped stacks, a line each; prints how much was linted."""
    every = [document for name in NAMES for document in documents(name, recorded(name))]
    # The stacks share many documents, word for word.
    contents = list(dict.fromkeys(document.content for document in every))
    findings = dict(zip(contents, lint(contents), strict=True))
    total = sum(map(len, findings.values()))
    print(f"IAM: {len(every)} documents of {len(NAMES)} stacks, {len(contents)} different, {total} findings")
    return list(_unexplained(every, findings, known()))


def _unexplained(
    every: Sequence[Document], findings: Mapping[str, Sequence[Mapping[str, Any]]], entries: Sequence[AcceptedIssues]
) -> Iterator[str]:
    used = set[int]()
    for document in every:
        for finding in findings[document.content]:
            matching = [index for index, entry in enumerate(entries) if entry.covers(finding, document)]
            used.update(matching)
            if not matching:
                said = f"{finding['tool']} {finding['issue']}: {finding['about']} (conditions: {finding['keys']})"
                yield f"{document.stack}: {document.kind} of {document.resource}: {said} is not explained in {KNOWN.name}"
    yield from (f"{KNOWN.name}: nothing needs it any more: {e.reason}" for i, e in enumerate(entries) if i not in used)
