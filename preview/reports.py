"""Write a pack's verdict for the tools that read one: SARIF, JUnit, JSON, Markdown, a log, a terminal."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, get_args
from urllib.parse import quote

from preview import render
from preview.render import markdown, plain
from preview.words import count

if TYPE_CHECKING:
    from junitparser import Failure, Skipped, TestCase

    from preview.graph import Graph
    from preview.verdict import Finding, Policy, Verdict

Format = Literal["rich", "plain", "json", "markdown", "sarif", "junit"]
FORMATS: Final[tuple[str, ...]] = get_args(Format)

# How code scanning on GitHub ranks rules: over 9 critical, over 7 high, over 4 medium.
_SCORES: Final = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0"}
_EXEMPTED: Final = "exempted-findings"
"""Where our own pack lists what is exempt."""
_SARIF_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All there is to report."""

    source: str
    """The stack file or the exported stack: its path from where the reader stands, with slashes."""
    graph: Graph
    verdict: Verdict
    lines: Mapping[str, int] = field(default_factory=dict)
    """Where in the source each resource is, by URN, counted from 1; the first line where it is not known."""


def write(report: Report, format_: Format) -> str:
    """Return the report as text in one of the formats; for `rich`, with the terminal's colours."""
    match format_:
        case "sarif":
            return _sarif(report)
        case "junit":
            return _junit(report)
        case "json":
            return _json(report)
        case "markdown":
            return "\n".join(_markdown(report)) + "\n"
        case "plain":
            return "\n".join(_plain(report)) + "\n"
        case "rich":
            return _rich(report)


def _headline(report: Report) -> str:
    outcome = "refused by policy" if report.verdict.refused else "passes policy"
    graph = report.graph
    return f"{graph.project} {graph.stack}: {outcome} ({count(len(graph.resources), 'resource')} in {report.source})"


def _found(verdict: Verdict) -> list[Policy]:
    """The policies that found something, in the order of their first finding."""
    known = {policy.name: policy for policy in verdict.catalogue}
    return [known[name] for name in dict.fromkeys(item.policy for item in verdict.findings) if name in known]


def _plain(report: Report) -> Iterator[str]:
    yield _headline(report)
    for message in report.graph.messages:
        yield f"{message.severity}: {message.text}"
    yield ""
    yield from plain.policy(report.verdict)
    for policy in _found(report.verdict):
        yield ""
        yield f"{policy.name}{f' ({policy.severity})' if policy.severity else ''}"
        yield from (f"  {line}" for line in _help(policy))


def _help(policy: Policy) -> Iterator[str]:
    """What there is to say about a policy, a line each."""
    if policy.description:
        yield policy.description
    if policy.remediation:
        yield f"Remediation: {policy.remediation}"
    if policy.framework:
        yield policy.framework
    if policy.tags:
        yield ", ".join(policy.tags)
    if policy.url:
        yield policy.url


def _rich(report: Report) -> str:
    from rich.console import Console, Group  # noqa: PLC0415 - only this format needs it
    from rich.padding import Padding  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    from preview.render import terminal  # noqa: PLC0415 - as above

    parts: list[Text | Padding] = [
        Text(_headline(report), style="bold red" if report.verdict.refused else "bold green"),
        *(Text(f"{message.severity}: {message.text}", style="yellow") for message in report.graph.messages),
        Padding(terminal.policy(report.verdict), (1, 0, 0, 0)),
    ]
    for policy in _found(report.verdict):
        heading = Text.assemble((policy.name, "bold"), (f"  {policy.severity}", "dim"))
        parts += [Padding(heading, (1, 0, 0, 0)), *(Text(f"  {line}", style="dim") for line in _help(policy))]
    console = Console(force_terminal=True, highlight=False)
    with console.capture() as capture:
        console.print(Group(*parts))
    return capture.get()


def _markdown(report: Report) -> Iterator[str]:
    cell = render.cell
    yield f"### {cell(_headline(report))}"
    yield ""
    for message in report.graph.messages:
        yield f"> {message.severity}: {cell(message.text)}"
        yield ""
    yield from markdown.policy(report.verdict)
    found = _found(report.verdict)
    if found:
        yield "<details><summary>What the policies demand, and how to fix what they find</summary>"
        yield ""
        yield "| Policy | Severity | Demands | Remediation |"
        yield "|---|---|---|---|"
        for policy in found:
            name = f"[`{policy.name}`]({policy.url})" if policy.url else f"`{policy.name}`"
            yield f"| {name} | {policy.severity} | {cell(policy.description)} | {cell(policy.remediation)} |"
        yield ""
        yield "</details>"


def _json(report: Report) -> str:
    graph, verdict = report.graph, report.verdict
    document = {
        "version": 1,
        "project": graph.project,
        "stack": graph.stack,
        "source": report.source,
        "resources": len(graph.resources),
        "pack": {"name": verdict.name, "displayName": verdict.pack, "version": verdict.version},
        "refused": verdict.refused,
        "findings": [asdict(finding) for finding in verdict.findings],
        "undecided": [asdict(finding) for finding in verdict.undecided],
        "defects": list(verdict.rule_errors),
        "messages": [asdict(message) for message in graph.messages],
        "policies": [asdict(policy) for policy in verdict.catalogue],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _sarif(report: Report) -> str:
    graph, verdict = report.graph, report.verdict
    rules = {policy.name: index for index, policy in enumerate(verdict.catalogue)}
    seen: Counter[tuple[str, str]] = Counter()
    results = []
    for finding in sorted(
        (item for item in verdict.findings if item.policy != _EXEMPTED),
        key=lambda item: (item.policy, item.urn, item.message),
    ):
        results.append(_result(report, finding, rules, seen[finding.policy, finding.urn]))
        seen[finding.policy, finding.urn] += 1
    results += _exempted(report, rules)
    notifications = [
        *({"level": "error", "message": {"text": f"A policy failed to run on {text}"}} for text in verdict.rule_errors),
        *(_notification(item.message, "note", rules.get(item.policy), item.policy) for item in verdict.undecided),
        *(
            {"level": "warning" if item.severity != "info" else "note", "message": {"text": item.text}}
            for item in graph.messages
        ),
    ]
    driver: dict[str, object] = {"name": verdict.name or verdict.pack, "fullName": verdict.pack}
    if verdict.version:
        driver["version"] = verdict.version
    driver["rules"] = [_rule(policy) for policy in verdict.catalogue]
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"policy/{graph.project}/{graph.stack}/"},
        "invocations": [
            {"executionSuccessful": not verdict.rule_errors, "toolExecutionNotifications": notifications},
        ],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    document = {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _rule(policy: Policy) -> dict[str, object]:
    text = "\n".join(_help(policy)) or policy.title
    parts = [
        policy.description,
        f"Remediation:\n\n```python\n{policy.remediation}\n```" if policy.remediation else "",
        policy.framework,
        f"[More]({policy.url})" if policy.url else "",
    ]
    properties: dict[str, object] = {"tags": list(dict.fromkeys(("security", *policy.tags)))}
    if policy.severity:
        properties["security-severity"] = _SCORES[policy.severity]
    if policy.framework:
        properties["framework"] = policy.framework
    rule: dict[str, object] = {
        "id": policy.name,
        "shortDescription": {"text": policy.title},
        "fullDescription": {"text": policy.description or policy.title},
        "help": {"text": text, "markdown": "\n\n".join(part for part in parts if part) or policy.title},
        "defaultConfiguration": {
            "enabled": policy.level != "disabled",
            "level": _level(mandatory=policy.level == "mandatory", severity=policy.severity),
        },
        "properties": properties,
    }
    if policy.url:
        rule["helpUri"] = policy.url
    return rule


def _level(*, mandatory: bool, severity: str) -> str:
    if mandatory:
        return "error"
    return "note" if severity == "low" else "warning"


def _result(report: Report, finding: Finding, rules: Mapping[str, int], number: int) -> dict[str, object]:
    graph = report.graph
    kind = "resource" if finding.urn else "module"
    logical = {
        "name": finding.urn.rpartition("::")[2] or f"{graph.project}-{graph.stack}",
        "fullyQualifiedName": finding.urn or f"urn:pulumi:{graph.stack}::{graph.project}",
        "kind": kind,
        "properties": {"type": _type(finding.urn)},
    }
    where: dict[str, object] = {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(report.source)},
            "region": {"startLine": report.lines.get(finding.urn, 1)},
        },
        "logicalLocations": [logical],
    }
    # Neither the message nor the line may enter: what was found stays the same finding when a value or the file changes.
    identity = f"{report.verdict.name}\n{finding.policy}\n{finding.urn}"
    digest = hashlib.sha256(identity.encode()).hexdigest()[:16]
    result: dict[str, object] = {
        "ruleId": finding.policy,
        "level": _level(mandatory=finding.level == "mandatory", severity=finding.severity),
        "message": {"text": finding.message},
        "locations": [where],
        "partialFingerprints": {
            "policyAndResource/v1": f"{digest}:{number}",
            # GitHub's name for what it compares; it would otherwise be the line, which several findings share.
            "primaryLocationLineHash": f"{digest}:{number + 1}",
        },
        "properties": {"enforcementLevel": finding.level, "severity": finding.severity},
    }
    if finding.policy in rules:
        result["ruleIndex"] = rules[finding.policy]
    if finding.excepted:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": finding.excepted}]
    return result


def _exempted(report: Report, rules: Mapping[str, int]) -> Iterator[dict[str, object]]:
    """What the pack's exemptions and the resources' own tags take out, as results that are suppressed.

    The pack lists them a line for each control and reason: `control of one, another: reason`.
    """
    urns = {resource.name: resource.urn for resource in reversed(report.graph.resources)}
    for finding in report.verdict.findings:
        match = re.match(r"(?P<control>[a-z0-9-]+) of (?P<names>[^:]+): (?P<why>.*)", finding.message)
        if finding.policy != _EXEMPTED or not match:
            continue
        for name in match["names"].split(", "):
            about = replace(
                finding, policy=match["control"], urn=urns.get(name, ""), message=f"{match['control']} is exempted"
            )
            result = _result(report, about, rules, 0)
            kind = "inSource" if "its own tag" in match["why"] else "external"
            result["suppressions"] = [{"kind": kind, "status": "accepted", "justification": match["why"]}]
            yield result


def _uri(source: str) -> str:
    """Return a path as SARIF wants it: relative as it is, absolute as an address of the file scheme."""
    return f"file://{quote(source)}" if source.startswith("/") else quote(source)


def _notification(text: str, level: str, index: int | None, policy: str) -> dict[str, object]:
    rule = {"id": policy} if index is None else {"id": policy, "index": index}
    return {"level": level, "message": {"text": text}, "associatedRule": rule}


def _type(urn: str) -> str:
    return urn.split("::", 3)[2].rpartition("$")[2] if urn.count("::") > 2 else "pulumi:pulumi:Stack"  # noqa: PLR2004 - parts of a URN


def _junit(report: Report) -> str:
    from junitparser import JUnitXml, TestSuite  # noqa: PLC0415 - only this format needs it

    verdict = report.verdict
    suite = TestSuite(_xml(verdict.name or verdict.pack))
    for case in _cases(suite.name, verdict):
        suite.add_testcase(case)
    suite.add_property("source", _xml(report.source))
    suite.add_property("stack", _xml(f"{report.graph.project} {report.graph.stack}"))
    if verdict.version:
        suite.add_property("version", _xml(verdict.version))
    whole = JUnitXml(_xml(f"{report.graph.project} {report.graph.stack}"))
    whole.add_testsuite(suite)
    whole.update_statistics()  # type: ignore[no-untyped-call] # junitparser's
    text = whole.tostring().decode()  # type: ignore[no-untyped-call] # as above
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _cases(suite: str, verdict: Verdict) -> Iterator[TestCase]:
    """Yield a test of each control, one of each resource that it has something to say of, and one of each rule that failed to run."""
    from junitparser import Error, TestCase  # noqa: PLC0415 - as above

    found: dict[str, dict[str, list[Finding]]] = {}
    for finding in (*verdict.findings, *verdict.undecided):
        found.setdefault(finding.policy, {}).setdefault(finding.urn, []).append(finding)
    known = {policy.name: policy for policy in verdict.catalogue}
    for name in dict.fromkeys((*known, *found)):
        policy = known.get(name)
        if name not in found and (not policy or policy.level != "disabled"):
            yield TestCase(_xml(name), _xml(f"{suite}.{name}"))
        for urn, items in found.get(name, {}).items():
            case = TestCase(_xml(f"{name}[{render.subject(items[0])}]" if urn else name), _xml(f"{suite}.{name}"))
            case.result = [_outcome(items, urn, policy)]
            yield case
    for number, error in enumerate(verdict.rule_errors, start=1):
        case = TestCase(f"rule error {number}", _xml(f"{suite}.rule-errors"))
        case.result = [Error(_xml(f"a policy failed to run on {error}"), "rule error")]
        yield case


def _outcome(items: Sequence[Finding], urn: str, policy: Policy | None) -> Failure | Skipped:
    """Return what findings make of a test: one that is skipped is what every reader shows without failing the run; one that passes hides what it says."""
    from junitparser import Failure, Skipped  # noqa: PLC0415 - as above

    kind = Failure if any(item.level == "mandatory" for item in items) else Skipped
    said = [item.message for item in items]
    outcome = kind(_xml("; ".join(said)), _xml(items[0].severity or items[0].level))
    outcome.text = _xml("\n".join([*said, *filter(None, [urn]), *(_help(policy) if policy else ())]))
    return outcome


def _xml(text: str) -> str:
    """Return a text without the characters that XML cannot hold."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
