"""Stop a deployment before it deletes or replaces what holds data, or breaks a mandatory policy: asks the engine what it would do.

What is meant is waived with a date.

The offline preview says the same before a merge (`make preview BASE=... GATE=destructive`); this asks the real engine and the real state.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from operations import _pulumi as pulumi
from operations._command import OK, REFUSED, WRONG, Command, Context, OperationError
from preview.compare import gate
from preview.compare.change import Change
from preview.compare.meaning.data import STATEFUL
from preview.graph import Resource

_KINDS: Final = {
    "delete": "deleted",
    "discard": "deleted",
    "delete-replaced": "replaced",
    "replace": "replaced",
    "create-replacement": "replaced",
}


def changes(plan: Mapping[str, Any]) -> Iterator[Change]:
    """Yield what `pulumi preview --json` would delete or replace, each resource once."""
    seen: set[str] = set()
    for step in plan.get("steps", ()):
        kind, urn = _KINDS.get(step["op"]), str(step["urn"])
        if kind is None or urn in seen:
            continue
        seen.add(urn)
        state = step.get("oldState") or {}
        type_ = str(state.get("type") or urn.split("::")[2].rpartition("$")[2])
        before = Resource(
            urn=urn,
            type=type_,
            name=urn.rpartition("::")[2],
            inputs=state.get("inputs", {}),
            protect=bool(state.get("protect")),
            retain_on_delete=bool(state.get("retainOnDelete")),
        )
        yield Change(kind="deleted" if kind == "deleted" else "replaced", before=before, after=None)


def _run(context: Context, options: argparse.Namespace) -> int:
    today = dt.datetime.now(tz=dt.UTC).date()
    try:
        waivers = gate.read(options.waivers, today)
    except gate.InvalidWaivers as error:
        raise OperationError(str(error), WRONG) from error
    found = list(changes(_plan(context, options.plan)))
    held = gate.unwaived(found, waivers, today)
    kept = [change for change in found if change.resource.type in STATEFUL and change not in held]
    lines = [f"{change.resource.type}::{change.resource.name} would be {change.kind}" for change in held]
    context.result(
        {"stopped": [change.resource.urn for change in held], "waived": [change.resource.urn for change in kept]},
        "\n".join([*lines, f"If it is meant, waive it with a date in {options.waivers}; nothing was changed."])
        if held
        else f"Nothing that holds data is deleted or replaced{f', but {len(kept)} by waivers' if kept else ''}.",
    )
    return REFUSED if held else OK


def _plan(context: Context, file: Path | None) -> Mapping[str, Any]:
    """Return the plan: from a file, or from the engine."""
    try:
        text = (
            file.read_text(encoding="utf-8")
            if file
            else pulumi.output(
                "preview", *pulumi.where(context), "--policy-pack", "policy", "--json", "--non-interactive"
            )
        )
        plan = json.loads(text)
    except OSError as error:
        raise OperationError(f"{file}: {error.strerror}", WRONG) from error
    except ValueError as error:
        raise OperationError(
            f"{file or 'pulumi preview'}: this is not the JSON of pulumi preview --json: {error}", WRONG
        ) from error
    if not isinstance(plan, dict) or not isinstance(plan.get("steps"), list):
        raise OperationError(
            f"{file or 'pulumi preview'}: there are no steps in it; pulumi preview --json writes them", WRONG
        )
    return plan


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plan", type=Path, help="what pulumi preview --json wrote; default: it is run")
    parser.add_argument(
        "--waivers", type=Path, default=Path("waivers.yaml"), help="dated waivers; default: waivers.yaml"
    )


COMMAND = Command(
    name="guard", help="Stop where an update would delete or replace what holds data", run=_run, arguments=_arguments
)
