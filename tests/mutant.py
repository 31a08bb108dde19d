"""Judges a changed copy of the project: `python -m tests.mutant Pulumi.prod.yaml`, run in the copy, prints what is wrong with it."""

import sys
import traceback
from pathlib import Path

from preview.record import record
from preview.stackfile import read
from tests import stacks
from tests.invariants import faults


def main(name: str) -> None:
    """Print every fault and mandatory finding, a line each."""
    file = read(Path(name))
    try:
        graph = record(Path(), file.stack, file.config)
        preview = record(Path(), file.stack, file.config, mode="preview")
    except Exception as error:  # noqa: BLE001 - a program that no longer runs is a fault as well
        print(f"does not run: {traceback.format_exception_only(error)[-1].strip()}")
        return
    verdict = stacks.judge(Path(), Path(name), graph)
    found = [
        *faults(graph),
        *(f"{f.policy}: {f.message}" for f in verdict.findings if f.level == "mandatory"),
        *verdict.defects,
    ]
    if sorted(r.urn for r in graph.resources) != sorted(r.urn for r in preview.resources):
        found.append("preview and update make different resources")
    print("\n".join(found))


if __name__ == "__main__":
    main(sys.argv[1])
