"""The children that the awsx plugin builds, which a program that uses its components never sees itself.

They follow awsx 3.11, compared by a test with what the real plugin registered.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from preview.graph import UNKNOWN, Resource

_DEFAULT_RULES = [{"description": "remove untagged images", "tagStatus": "untagged", "maximumNumberOfImages": 1}]


class UnknownComponentError(Exception):
    """The program uses a component of a plugin whose children the offline preview does not know."""


@dataclass(frozen=True, slots=True)
class From:
    """An input that is an output of a sibling built before."""

    role: str
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A resource that the plugin builds inside a component."""

    type: str
    name: str
    inputs: Mapping[str, object]
    """Plain values, or `From` a sibling."""
    edges: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each input, the URNs its value comes from, as the program gave them to the component."""


def children(component: Resource, stack: str) -> dict[str, Child]:
    """Return what the plugin builds for a component, by role, in order.

    Raises:
        UnknownComponentError: a component that is not known here.
    """
    match component.type:
        case "awsx:ecr:Repository":
            return _repository(component)
        case "awsx:ecr:Image":
            return {"image": _image(component, stack)}
        case _:
            raise UnknownComponentError(f"The offline preview does not know what {component.type} builds.")


def resolve(value: object, built: Mapping[str, Resource]) -> object:
    """Return an input's value, once the siblings it may come from are built."""
    return built[value.role].outputs.get(value.output, UNKNOWN) if isinstance(value, From) else value


def outputs(component: Resource, built: Mapping[str, Resource]) -> dict[str, object]:
    """Return a component's outputs; one that is a `Resource` is a reference to it."""
    if component.type == "awsx:ecr:Repository":
        return {"url": built["repository"].outputs.get("repositoryUrl", UNKNOWN), **built}
    url, digest = component.inputs.get("repositoryUrl"), built["image"].outputs.get("digest", UNKNOWN)
    return {"imageUri": UNKNOWN if UNKNOWN in {url, digest} else f"{url}@{digest}"}


def _repository(component: Resource) -> dict[str, Child]:
    name = component.name.lower()
    own = {key: value for key, value in component.inputs.items() if key != "lifecyclePolicy"}
    policy = component.inputs.get("lifecyclePolicy")
    policy = policy if isinstance(policy, Mapping) else {}
    found = {
        "repository": Child(
            type="aws:ecr/repository:Repository",
            name=name,
            inputs=own,
            edges={key: component.property_dependencies.get(key, ()) for key in own},
        )
    }
    if not policy.get("skip"):
        found["lifecyclePolicy"] = Child(
            type="aws:ecr/lifecyclePolicy:LifecyclePolicy",
            name=name,
            inputs={
                "policy": _lifecycle_policy(policy.get("rules") or _DEFAULT_RULES),
                "repository": From("repository", "name"),
            },
        )
    return found


def _lifecycle_policy(rules: object) -> object:
    if not isinstance(rules, list) or any(rule is UNKNOWN for rule in rules):
        return UNKNOWN
    ordered = [rule for rule in rules if rule["tagStatus"] != "any"] + [r for r in rules if r["tagStatus"] == "any"]
    converted = [
        {
            "rulePriority": priority,
            **({"description": rule["description"]} if "description" in rule else {}),
            "selection": {**_tags(rule), **_count(rule)},
            "action": {"type": "expire"},
        }
        for priority, rule in enumerate(ordered, start=1)
    ]
    return json.dumps({"rules": converted}, sort_keys=True, separators=(",", ":"))


def _tags(rule: Mapping[str, object]) -> dict[str, object]:
    status = rule["tagStatus"]
    return {"tagStatus": status} | ({"tagPrefixList": rule["tagPrefixList"]} if status == "tagged" else {})


def _count(rule: Mapping[str, object]) -> dict[str, object]:
    if "maximumNumberOfImages" in rule:
        return {"countType": "imageCountMoreThan", "countNumber": rule["maximumNumberOfImages"]}
    return {"countType": "sinceImagePushed", "countNumber": rule["maximumAgeLimit"], "countUnit": "days"}


def _image(component: Resource, stack: str) -> Child:
    given = component.inputs
    name = str(given.get("imageName") or given.get("imageTag") or _unique_name(given, stack))
    url = given.get("repositoryUrl")
    tag = UNKNOWN if url is UNKNOWN else f"{url}:{name}"
    sources = given.get("cacheFrom")
    inputs: dict[str, object] = {
        "tags": [tag],
        "buildArgs": given.get("args"),
        "cacheFrom": [{"registry": {"ref": ref}} for ref in (sources if isinstance(sources, list) else [tag])],
        "cacheTo": [{"inline": {}}],
        "context": {"location": given.get("context", ".")},
        "dockerfile": {"location": given["dockerfile"]} if "dockerfile" in given else None,
        "platforms": [given["platform"]] if "platform" in given else [],
        "target": given.get("target"),
        "push": True,
    }
    inputs = {key: value for key, value in inputs.items() if value is not None}
    origin = component.property_dependencies.get("repositoryUrl", ())
    return Child(type="docker-build:index:Image", name=name, inputs=inputs, edges={"tags": origin, "cacheFrom": origin})


def _unique_name(given: Mapping[str, object], stack: str) -> str:
    """Name the image after its build context, as the plugin does when it is given no name."""
    signature = str(given.get("context", "."))
    if "dockerfile" in given:
        signature += f";dockerfile={given['dockerfile']}"
    args = given.get("args")
    for key, value in (args if isinstance(args, Mapping) else {}).items():
        signature += f";arg[{key}]={value}"
    return f"{hashlib.sha1(f'{signature}{stack}'.encode(), usedforsecurity=False).hexdigest()}-container"
