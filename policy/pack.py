"""The pack: one SDK policy for each rule, with the catalogue's metadata and the environment's levels."""

import dataclasses
import datetime as dt
import os
import threading
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import pulumi
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyComplianceFramework,
    PolicyConfigSchema,
    PolicyResource,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import Severity as SdkSeverity

from policy import compat, levels, scope, settings_fixes
from policy.control import Control, Environment
from policy.exemptions import Exemptions, load
from policy.model import Finding, Graph, Resource, Verdict, canonical_type
from policy.remediations import REMEDIATIONS
from policy.results import IN_ORDER, Exempted, ResultStore, RuleResult
from policy.rule import Config, ResourceRule, Rule, StackRule
from policy.rules import RULES

NAME: Final = "slipway"
DISPLAY_NAME: Final = "Slipway"
DESCRIPTION: Final = "Guard rails for a containerised web application on AWS"

UNDECIDED: Final = "undecided-in-preview"
EXEMPTED: Final = "exempted-findings"
OUT_OF_SCOPE: Final = "resources-without-rules"
RULE_ERRORS: Final = "rules-without-defects"
OWN: Final = (UNDECIDED, OUT_OF_SCOPE, EXEMPTED, IN_ORDER, RULE_ERRORS, levels.SETTINGS)
"""The policies about the pack itself; the rest are the catalogue's controls."""

EXEMPTIONS_FILE: Final = "exemptions.yaml"
EXEMPTIONS_VARIABLE: Final = "SLIPWAY_POLICY_EXEMPTIONS"
"""The environment variable that names another exemptions file than the pack's own."""
SUPPRESS_TAGS: Final = ("slipway:suppress", "slipway:waive")
"""The tags whose words name the controls that their resource is exempt from, where the controls are suppressible: today's and the former name."""

_Made = TypeVar("_Made")


def exemptions() -> Exemptions:
    """What the organisation exempts: the file that `EXEMPTIONS_VARIABLE` names, else `EXEMPTIONS_FILE` in the pack.

    Raises:
        ValueError: the variable names no file.
    """
    named = os.environ.get(EXEMPTIONS_VARIABLE)
    if named and not Path(named).is_file():
        raise ValueError(f"{EXEMPTIONS_VARIABLE}: {named} is not a file")
    path = Path(named) if named else Path(__file__).with_name(EXEMPTIONS_FILE)
    return load(path, dt.datetime.now(tz=dt.UTC).date())


@dataclass(frozen=True, kw_only=True, slots=True)
class Setup:
    """What the pack starts with."""

    policies: Sequence[Policy]
    refusal: str
    """Why no configuration will be taken, in a sentence; empty if it will. The pack serves all the same, so that the engine shows it."""


def setup() -> Setup:
    """The pack as the process's environment and the stack's configuration want it."""
    wrong = [found for found in (compat.objection(),) if found]
    where, exempt = Environment.PRODUCTION, Exemptions()
    try:
        where = levels.environment()
    except ValueError as error:
        wrong.append(str(error))
    try:
        exempt = exemptions()
    except ValueError as error:
        wrong.append(str(error))
    return Setup(policies=policies(where, exempt=exempt), refusal="; ".join(wrong))


def policies(where: Environment, rules: Sequence[Rule] = RULES, exempt: Exemptions | None = None) -> list[Policy]:
    """The SDK policies of an environment: one for each rule, then those about the pack itself, which run last."""
    store = ResultStore()
    exempt = exempt or Exemptions()
    reporter = FindingReporter(store, exempt)
    made: list[Policy] = [
        _resource_policy(rule, where, reporter)
        if isinstance(rule, ResourceRule)
        else _stack_policy(rule, where, reporter)
        for rule in rules
    ]
    return [
        *made,
        _undecided_policy(store),
        _out_of_scope_policy(),
        _exempted_policy(store),
        _in_order_policy(store, exempt),
        _rule_errors_policy(store),
        _settings_policy(store),
    ]


class _Latest(threading.local):
    """What this thread made last, for the next rule that is asked about the same."""

    def __init__(self) -> None:
        self._made: dict[type, tuple[object, Any]] = {}

    def get(self, source: object, kind: type[_Made], make: Callable[[], _Made]) -> _Made:
        """The last object of this kind if it was made from this very source, else a new one."""
        known, made = self._made.get(kind, (None, None))
        if known is not source:
            made = make()
            self._made[kind] = (source, made)
        return cast("_Made", made)


_latest: Final = _Latest()


def view(args: ResourceValidationArgs) -> Resource:
    """One resource as rules see it: the same object for each rule that judges it in turn."""
    return _latest.get(args.props, Resource, lambda: _view(args))


def _view(args: ResourceValidationArgs) -> Resource:
    return Resource(
        token=args.resource_type,
        name=args.name,
        urn=args.urn,
        raw=args.props,
        parent=args.opts.parent,
        provider=_provider(args),
        protect=args.opts.protect,
        ignore_changes=list(args.opts.ignore_changes),
    )


def _provider(args: ResourceValidationArgs | PolicyResource) -> object:
    """The provider's properties; where the engine does not show it, the default one's region."""
    if args.provider:
        return args.provider.props
    region = pulumi.Config("aws").get("region")
    return {"region": region} if region else None


def graph(args: StackValidationArgs) -> Graph:
    """The stack as rules see it: the same object for each rule that judges it in turn."""
    return _latest.get(args.resources, Graph, lambda: _graph(args.resources))


def _graph(resources: Sequence[PolicyResource]) -> Graph:
    return Graph(map(_registered, resources), left_out=getattr(resources, "left_out", ()))


def _types(resources: Sequence[PolicyResource]) -> frozenset[str]:
    """The canonical types of the stack's resources, worked out once."""
    return _latest.get(
        resources, frozenset, lambda: frozenset(canonical_type(item.resource_type) for item in resources)
    )


def _registered(item: PolicyResource) -> Resource:
    return Resource(
        token=item.resource_type,
        name=item.name,
        urn=item.urn,
        raw=item.props,
        inputs=getattr(item, "inputs", None),
        parent=item.parent.urn if item.parent else None,
        provider=_provider(item),
        protect=item.opts.protect,
        ignore_changes=list(item.opts.ignore_changes),
        dependencies={prop: [target.urn for target in targets] for prop, targets in item.property_dependencies.items()},
    )


def _of_types(policy: Policy, types: frozenset[str]) -> Policy:
    """Let a policy say which types it applies to, so that the server does not ask it about others."""
    vars(policy)["types"] = types
    return policy


def _resource_policy(rule: ResourceRule, where: Environment, reporter: "FindingReporter") -> Policy:
    control = rule.control

    def validate(args: ResourceValidationArgs, report: Any) -> None:  # noqa: ANN401 - the SDK's callback type is too narrow
        if rule.types and canonical_type(args.resource_type) not in rule.types:
            args.not_applicable()
            return
        config = Config(rule.parameters, args.get_config())
        resource = view(args)
        reporter.report(control, args.urn, lambda: rule.evaluate(resource, config), report, lambda _: resource)

    remediation = REMEDIATIONS.get(rule.name)
    if remediation is None:
        return _of_types(ResourceValidationPolicy(validate=validate, **_metadata(rule, where)), rule.types)

    def remediate(args: ResourceValidationArgs) -> Any:  # noqa: ANN401 - the SDK wants the proxy back that it gave
        if canonical_type(args.resource_type) not in rule.types:
            args.not_applicable()
        if reporter.exempts(control, _view(args)):
            return None
        changed = remediation(
            canonical_type(args.resource_type), args.props, Config(rule.parameters, args.get_config())
        )
        return args.props if changed else None

    made = ResourceValidationPolicy(validate=validate, remediate=remediate, **_metadata(rule, where))
    return _of_types(made, rule.types)


def _stack_policy(rule: StackRule, where: Environment, reporter: "FindingReporter") -> Policy:
    control = rule.control

    def validate(args: StackValidationArgs, report: Any) -> None:  # noqa: ANN401 - the SDK's callback type is too narrow
        if rule.types and rule.types.isdisjoint(_types(args.resources)):
            reporter.store.note(control.name, "", RuleResult())
            args.not_applicable()
            return
        config = Config(rule.parameters, args.get_config())
        whole = graph(args)
        reporter.report(control, "", lambda: _certain(rule, whole, config), report, whole.named)

    return StackValidationPolicy(validate=validate, **_metadata(rule, where))


def _certain(rule: StackRule, whole: Graph, config: Config) -> Iterable[Finding]:
    """A stack rule's findings. None is a violation where the rule asked for a type of which resources are not part of the operation."""
    whole.asked.clear()
    for finding in list(rule.evaluate(whole, config)):
        unsure = whole.left_out and not whole.left_out.isdisjoint(whole.asked)
        yield dataclasses.replace(finding, verdict=Verdict.UNKNOWN) if unsure else finding


@dataclass(frozen=True, slots=True)
class FindingReporter:
    """Reports findings, or notes that they are exempt or open."""

    store: ResultStore
    exempt: Exemptions

    def report(
        self,
        control: Control,
        urn: str,
        evaluate: Callable[[], Iterable[Finding]],
        report: Any,  # noqa: ANN401 - the SDK's callback type is too narrow
        resource: Callable[[str], Resource | None],
    ) -> None:
        """Report the violations or note that they are exempt, count the open questions, turn an exception into a rule error.

        Args:
            control: what is judged.
            urn: the resource that is judged, empty for the stack.
            evaluate: the rule.
            report: the SDK's callback.
            resource: finds the resource of a finding by its URN.
        """
        unknown = 0
        exempted: list[Exempted] = []
        broken = ""
        try:
            for finding in evaluate():
                if finding.verdict is not Verdict.FAIL:
                    unknown += 1
                elif exemption := self._exemption(control, finding.urn, resource):
                    exempted.append(exemption)
                elif not finding.once or self.store.is_first(f"{control.name} {finding.once}", finding.urn):
                    message = settings_fixes.told(control.name, finding.urn, one_line(finding.message))
                    report(message, None if urn else finding.urn)
        except Exception as error:  # noqa: BLE001 - anything else would stop the engine, and with it every deployment
            place = traceback.extract_tb(error.__traceback__)[-1]
            broken = f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
        self.store.note(control.name, urn, RuleResult(unknown=unknown, exempted=tuple(exempted), error=broken))

    def exempts(self, control: Control, resource: Resource) -> bool:
        """Whether the violations of a resource are exempt, so that nothing is to be mended there."""
        return self._exemption(control, resource.urn, lambda _: resource) is not None

    def _exemption(self, control: Control, urn: str, resource: Callable[[str], Resource | None]) -> Exempted | None:
        if entry := self.exempt.of(control.name, urn):
            return Exempted(control=control.name, urn=urn, why=str(entry), entry=entry)
        named = _suppressed(resource(urn)) if control.suppressible else frozenset()
        if control.name in named:
            return Exempted(control=control.name, urn=urn, why="suppressed by its own tag")
        if former := sorted(named.intersection(control.aliases)):
            why = f"suppressed by its own tag, which calls it by its former name {former[0]}"
            return Exempted(control=control.name, urn=urn, why=why)
        return None


def _suppressed(resource: Resource | None) -> frozenset[str]:
    """The controls that the resource's own tag names."""
    tags = resource.get("tags") if resource else None
    named = [tags.get(tag) for tag in SUPPRESS_TAGS] if isinstance(tags, dict) else []
    return frozenset(word for words in named if isinstance(words, str) for word in words.split())


def one_line(message: str) -> str:
    """A message without line breaks, as the engine prints one line best."""
    return " ".join(message.split())


def _metadata(rule: Rule, where: Environment) -> dict[str, Any]:
    control = rule.control
    schema = {name: {**parameter.schema, "default": parameter.default} for name, parameter in rule.parameters.items()}
    return {
        "name": control.name,
        "description": f"{control.title}.",
        "display_name": control.title,
        "enforcement_level": EnforcementLevel(control.levels[where].value),
        "severity": SdkSeverity(control.severity.value),
        "remediation_steps": control.remediation,
        "url": control.url,
        "framework": _framework(control),
        "tags": [
            control.category,
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


def _remark(name: str, description: str, validate: Callable[[StackValidationArgs, Any], None]) -> Policy:
    """Return a policy about the pack itself, which never stops an update."""
    return StackValidationPolicy(
        name=name,
        description=description,
        validate=validate,
        enforcement_level=EnforcementLevel.ADVISORY,
        severity=SdkSeverity.LOW,
    )


def _undecided_policy(store: ResultStore) -> Policy:
    def validate(args: StackValidationArgs, report: Any) -> None:  # noqa: ANN401 - the SDK's callback type is too narrow
        counts = store.unknown(frozenset(item.urn for item in args.resources))
        if counts:
            listed = ", ".join(f"{control} {count}" for control, count in sorted(counts.items()))
            report(f"{sum(counts.values())} checks wait for values that only an update knows: {listed}")

    return _remark(UNDECIDED, "What could not be judged before the update, in one line.", validate)


def _out_of_scope_policy() -> Policy:
    def validate(args: StackValidationArgs, report: Any) -> None:  # noqa: ANN401 - the SDK's callback type is too narrow
        if words := scope.unjudged(item.resource_type for item in args.resources):
            report(words)

    return _remark(OUT_OF_SCOPE, "What of AWS no rule of the pack knows, in one line.", validate)


def _exempted_policy(store: ResultStore) -> Policy:
    def validate(args: StackValidationArgs, report: Any) -> None:  # noqa: ANN401 - the SDK's callback type is too narrow
        found = store.exempted(frozenset(item.urn for item in args.resources))
        for (control, why), items in groupby(sorted(found, key=_by_reason), key=_by_reason):
            report(f"{control} of {', '.join(dict.fromkeys(_name(item.urn) for item in items))}: {why}")

    return _remark(EXEMPTED, "What is exempt, and why: one line for each control and reason.", validate)


def _by_reason(item: Exempted) -> tuple[str, str]:
    return item.control, item.why


def _name(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]


def _in_order_policy(store: ResultStore, exempt: Exemptions) -> Policy:
    def validate(args: StackValidationArgs, report: Any) -> None:  # noqa: ANN401 - the SDK's callback type is too narrow
        for words in exempt.renamed:
            report(words)
        for problem in exempt.problems:
            report(f"{problem}; what it was meant to exempt is reported")
        used = [item.entry for item in store.exempted(frozenset(item.urn for item in args.resources))]
        for entry in exempt.entries:
            if entry not in used:
                report(f"the exemption of {entry.resource} from {entry.control} is not used here ({entry.owner})")
        for entry in exempt.ending():
            report(f"the exemption of {entry.resource} from {entry.control} ends on {entry.expires} ({entry.owner})")

    return _remark(IN_ORDER, "Exemptions are in order: complete, in force, used, and not about to end.", validate)


def _settings_policy(store: ResultStore) -> Policy:
    return StackValidationPolicy(
        name=levels.SETTINGS,
        description="Carries the configuration of the whole pack: which environment's levels hold, or from which severity.",
        validate=lambda _args, _report: store.begin_again(),
        enforcement_level=EnforcementLevel.ADVISORY,
        severity=SdkSeverity.LOW,
        config_schema=PolicyConfigSchema({name: dict(schema) for name, schema in levels.SCHEMA.items()}),
    )


def _rule_errors_policy(store: ResultStore) -> Policy:
    def validate(args: StackValidationArgs, report: Any) -> None:  # noqa: ANN401 - the SDK's callback type is too narrow
        for control, urn, what in store.rule_errors(frozenset(item.urn for item in args.resources)):
            where = f"on {urn.rsplit('::', 1)[-1]}" if urn else "on the stack"
            report(f"the rule {control} itself is broken: {what} {where}, so it judged nothing there", urn or None)

    return StackValidationPolicy(
        name=RULE_ERRORS,
        description="Every rule of the pack works. A rule that breaks is an error of the pack, not of the program.",
        validate=validate,
        enforcement_level=EnforcementLevel.MANDATORY,
        severity=SdkSeverity.HIGH,
    )
