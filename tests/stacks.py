"""The shipped stack files, recorded and judged once per run."""

from functools import cache
from pathlib import Path
from typing import Final

from preview import policies, project, stackfile
from preview.graph import Graph
from preview.policies import Verdict
from preview.record import Mode, record

ROOT: Final = Path(__file__).parent.parent
FILES: Final = (*sorted(ROOT.glob("Pulumi.*.yaml")), *sorted(ROOT.glob("examples/*/Pulumi.*.yaml")))
NAMES: Final = tuple(str(path.relative_to(ROOT)) for path in FILES)


@cache
def recorded(name: str, mode: Mode = "update") -> Graph:
    """Return what the program registers for a stack file, named relative to the root."""
    file = stackfile.read(ROOT / name)
    return record(ROOT, file.stack, file.config, mode=mode)


@cache
def judged(name: str, mode: Mode = "update") -> Verdict:
    """Return what the policy pack says about that."""
    return judge(ROOT, ROOT / name, recorded(name, mode), mode)


def judge(root: Path, path: Path, graph: Graph, mode: Mode = "update") -> Verdict:
    """Return what the pack in `root` says about a graph recorded from the stack file at `path`."""
    file, described = stackfile.read(path), project.read(root)
    values = described.values(file.config)
    with policies.Pack(
        root / "policy", project=described.name, stack=file.stack, values=values, dry_run=mode == "preview"
    ) as pack:
        return pack.judge(graph)
