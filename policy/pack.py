"""The pack: one SDK policy for each rule, with the catalogue's metadata and the environment's levels."""

import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pulumi
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyComplianceFramework,
    PolicyConfigSchema,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import Severity as SdkSeverity

from policy.catalogue import BY_NAME, Control, Environment
from policy.model import Finding, Graph, Resource, Verdict, canonical_type
from policy.rule import Config, ResourceRule, Rule, StackRule
from policy.rules import RULES

NAME: Final = "slipway"
DISPLAY_NAME: Final = "Slipway"
DESCRIPTION: Final = "Guard rails for a containerised web application on AWS"

UNDECIDED: Final = "undecided-in-preview"
EXEMPTED: Final = "exempted-by-tag"
DEFECTS: Final = "rules-without-defects"
WAIVE_TAG: Final = "slipway:waive"
"""The tag whose words name the controls that its resource is exempt from, where the catalogue calls them waivable."""

_STACK_PREFIXES: Final = (
    ("prod", Environment.PRODUCTION),
    ("stag", Environment.STAGING),
    ("dev", Environment.DEVELOPMENT),
)


class Ledger:
    """What the rules could not decide, what tags exempt and which rules broke, by control and resource, until judged again.

    The engine judges resources in overlapping calls and the stack in one more at the end. Each judgement replaces the one
    before it about the same control and resource, so neither the order of calls nor a preview before an update matters.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._undecided: dict[tuple[str, str], int] = {}
        self._exempted: set[tuple[str, str]] = set()
        self._defects: dict[tuple[str, str], str] = {}

    def note(self, control: str, urn: str, undecided: int, defect: str, *, exempted: bool = False) -> None:
        """Replace what is known about a control and a resource; `urn` is empty for the whole stack."""
        with self._lock:
            self._undecided.pop((control, urn), None)
            self._exempted.discard((control, urn))
            self._defects.pop((control, urn), None)
            if undecided:
                self._undecided[control, urn] = undecided
            if exempted:
                self._exempted.add((control, urn))
            if defect:
                self._defects[control, urn] = defect

    def undecided(self, urns: frozenset[str]) -> Mapping[str, int]:
        """How many open questions each control has about these resources and the stack."""
        totals: Counter[str] = Counter()
        with self._lock:
            for (control, urn), count in self._undecided.items():
                if not urn or urn in urns:
                    totals[control] += count
        return totals

    def exempted(self, urns: frozenset[str]) -> Mapping[str, list[str]]:
        """The violations that tags of these resources exempt: URNs by control."""
        with self._lock:
            found = sorted(place for place in self._exempted if place[1] in urns)
        return {control: [urn for name, urn in found if name == control] for control, _ in found}

    def defects(self, urns: frozenset[str]) -> list[tuple[str, str, str]]:
        """The rules that broke on these resources or the stack, as (control, URN, what happened)."""
        with self._lock:
            return [(*place, what) for place, what in self._defects.items() if not place[1] or place[1] in urns]


def environment() -> Environment:
    """How strict to judge: stack configuration ``policy:environment``, ``slipway:environment``, the stack's name, production.

    Raises:
        ValueError: the configuration names an environment that does not exist.
    """
    for namespace in ("policy", "slipway"):
        given = pulumi.Config(namespace).get("environment")
        if given is not None:
            if given not in list(Environment):
                raise ValueError(f"{namespace}:environment: {given} is none of {', '.join(Environment)}")
            return Environment(given)
    stack = (pulumi.get_stack() or "").rsplit("/", 1)[-1].lower()
    return next((found for prefix, found in _STACK_PREFIXES if stack.startswith(prefix)), Environment.PRODUCTION)


def policies(where: Environment, rules: Sequence[Rule] = RULES) -> list[Policy]:
    """The SDK policies of an environment: one for each rule, then the summaries and the defects, which run last.

    Raises:
        KeyError: a rule has no row in the catalogue.
    """
    ledger = Ledger()
    made: list[Policy] = [
        _resource_policy(rule, BY_NAME[rule.name], where, ledger)
        if isinstance(rule, ResourceRule)
        else _stack_policy(rule, BY_NAME[rule.name], where, ledger)
        for rule in rules
    ]
    return [*made, _undecided_policy(ledger), _exempted_policy(ledger), _defects_policy(ledger)]


def view(args: ResourceValidationArgs) -> Resource:
    """One resource as rules see it."""
    provider = args.provider.props if args.provider else None
    return Resource(
        token=args.resource_type,
        name=args.name,
        urn=args.urn,
        raw=args.props,
        parent=args.opts.parent,
        provider=provider,
        protect=args.opts.protect,
        ignore_changes=args.opts.ignore_changes,
    )


def graph(args: StackValidationArgs) -> Graph:
    """The stack as rules see it."""
    return Graph(
        Resource(
            token=item.resource_type,
            name=item.name,
            urn=item.urn,
            raw=item.props,
            parent=item.parent.urn if item.parent else None,
            provider=item.provider.props if item.provider else None,
            protect=item.opts.protect,
            ignore_changes=item.opts.ignore_changes,
            dependencies={
                prop: [target.urn for target in targets] for prop, targets in item.property_dependencies.items()
            },
        )
        for item in args.resources
    )


def _resource_policy(rule: ResourceRule, control: Control, where: Environment, ledger: Ledger) -> Policy:
    def validate(args: ResourceValidationArgs, report: Any) -> None:  # noqa: ANN401 - the SDK's callback type is too narrow
        if canonical_type(args.resource_type) not in rule.types:
            args.not_applicable()
            return
        config = Config(rule.parameters, args.get_config())
        resource = view(args)
        waived = control.waivable and control.name in _waivers(resource)
        _settle(control.name, args.urn, lambda: rule.judge(resource, config), report, ledger, waived=waived)

    return ResourceValidationPolicy(validate=validate, **_metadata(rule, control, where))


def _stack_policy(rule: StackRule, control: Control, where: Environment, ledger: Ledger) -> Policy:
    def validate(args: StackValidationArgs, report: Any) -> None:  # noqa: ANN401 - the SDK's callback type is too narrow
        if not any(canonical_type(item.resource_type) in rule.types for item in args.resources):
            ledger.note(control.name, "", 0, "")
            args.not_applicable()
            return
        config = Config(rule.parameters, args.get_config())
        _settle(control.name, "", lambda: rule.judge(graph(args), config), report, ledger)

    return StackValidationPolicy(validate=validate, **_metadata(rule, control, where))


def _waivers(resource: Resource) -> list[str]:
    """The controls that the resource's own tag names."""
    tags = resource.get("tags")
    named = tags.get(WAIVE_TAG) if isinstance(tags, dict) else None
    return named.split() if isinstance(named, str) else []


def _settle(
    control: str,
    urn: str,
    judge: Callable[[], Iterable[Finding]],
    report: Any,  # noqa: ANN401 - see above
    ledger: Ledger,
    *,
    waived: bool = False,
) -> None:
    """Report the violations or note that they are exempt, count the open questions, and turn an exception into a defect."""
    undecided = 0
    exempted = False
    defect = ""
    try:
        for finding in judge():
            if finding.verdict is Verdict.FAIL and waived:
                exempted = True
            elif finding.verdict is Verdict.FAIL:
                report(one_line(finding.message), None if urn else finding.urn)
            else:
                undecided += 1
    except Exception as error:  # noqa: BLE001 - anything else would stop the engine, and with it every deployment
        place = traceback.extract_tb(error.__traceback__)[-1]
        defect = f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
    ledger.note(control, urn, undecided, defect, exempted=exempted)


def one_line(message: str) -> str:
    """A message without line breaks, as the engine prints one line best."""
    return " ".join(message.split())


def _metadata(rule: Rule, control: Control, where: Environment) -> dict[str, Any]:
    schema = {name: {**parameter.schema, "default": parameter.default} for name, parameter in rule.parameters.items()}
    return {
        "name": control.name,
        "description": f"{control.title}.",
        "display_name": control.title,
        "enforcement_level": EnforcementLevel(control.levels[where].value),
        "severity": SdkSeverity(control.severity.value),
        "remediation_steps": control.mend,
        "url": control.url,
        "framework": _framework(control),
        "tags": [
            control.concern,
            *(f"CIS {number}" for number in control.cis),
            *(f"NIST {number}" for number in control.nist),
            *control.checkov,
            *control.prowler,
            *control.cdk_nag,
        ],
        "config_schema": PolicyConfigSchema(schema) if schema else None,
    }


def _framework(control: Control) -> PolicyComplianceFramework | None:
    if not control.fsbp:
        return None
    return PolicyComplianceFramework(
        "AWS Foundational Security Best Practices", "1.0.0", ", ".join(control.fsbp), control.title
    )


def _undecided_policy(ledger: Ledger) -> Policy:
    def validate(args: StackValidationArgs, report: Any) -> None:  # noqa: ANN401 - the SDK's callback type is too narrow
        counts = ledger.undecided(frozenset(item.urn for item in args.resources))
        if counts:
            listed = ", ".join(f"{control} {count}" for control, count in sorted(counts.items()))
            report(f"{sum(counts.values())} checks wait for values that only an update knows: {listed}")

    return StackValidationPolicy(
        name=UNDECIDED,
        description="What could not be judged before the update, in one line.",
        validate=validate,
        enforcement_level=EnforcementLevel.ADVISORY,
        severity=SdkSeverity.LOW,
    )


def _exempted_policy(ledger: Ledger) -> Policy:
    def validate(args: StackValidationArgs, report: Any) -> None:  # noqa: ANN401 - the SDK's callback type is too narrow
        for control, urns in ledger.exempted(frozenset(item.urn for item in args.resources)).items():
            names = ", ".join(urn.rsplit("::", 1)[-1] for urn in urns)
            report(f"{control} is waived by the tag {WAIVE_TAG} of {names}")

    return StackValidationPolicy(
        name=EXEMPTED,
        description="What resources opt out of by a tag, in one line for each control.",
        validate=validate,
        enforcement_level=EnforcementLevel.ADVISORY,
        severity=SdkSeverity.LOW,
    )


def _defects_policy(ledger: Ledger) -> Policy:
    def validate(args: StackValidationArgs, report: Any) -> None:  # noqa: ANN401 - the SDK's callback type is too narrow
        for control, urn, what in ledger.defects(frozenset(item.urn for item in args.resources)):
            where = f"on {urn.rsplit('::', 1)[-1]}" if urn else "on the stack"
            report(f"the rule {control} itself is broken: {what} {where}, so it judged nothing there", urn or None)

    return StackValidationPolicy(
        name=DEFECTS,
        description="Every rule of the pack works. A rule that breaks is a defect of the pack, not of the program.",
        validate=validate,
        enforcement_level=EnforcementLevel.MANDATORY,
        severity=SdkSeverity.HIGH,
    )
