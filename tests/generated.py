"""`make generate`: everything in the repository that is made from something else, and what it is made by.

Tables about AWS need an environment of their own (`make data`): they are checked where it is installed.
"""

import argparse
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
_DATA: Final = ROOT / ".venv-data" / "bin" / "python"
_MADE: Final[Sequence[tuple[Sequence[str], Sequence[str]]]] = (
    (("-m", "settings.schema"), ("slipway.schema.json",)),
    (("-m", "settings.reference"), ("docs/configuration.md",)),
    (("-m", "policy.reference"), ("docs/policies.md",)),
    (("-m", "preview.picture"), ("README.md",)),
    (("-m", "tests.readme"), ("README.md",)),
    (("-m", "tests.stacks"), ("tests/golden/*",)),
    (("-m", "tests.conformance"), ("examples/*/CONFORMANCE.md", "examples/*/README.md")),
)
"""What Python runs, and the files that it writes."""


def main() -> int:
    """Write all of it; with `--check` leave every file as it was and return 1 if one would change."""
    parser = argparse.ArgumentParser(prog="make generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, and tell what is behind")
    check = parser.parse_args().check
    behind = False
    for command, patterns in _MADE:
        before = _contents(patterns)
        subprocess.run([sys.executable, *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        after = _contents(patterns)
        for path in sorted(before.keys() | after.keys()):
            if before.get(path) != after.get(path):
                behind = True
                print(f"{path.relative_to(ROOT)}: {'is behind; run `make generate`' if check else 'written'}")
        if check:
            _restore(before, after)
    if _DATA.is_file():
        run = subprocess.run([str(_DATA), "-m", "data.generate", *["--check"] * check], cwd=ROOT, check=False)
        behind = behind or run.returncode != 0
    return int(check and behind)


def _contents(patterns: Sequence[str]) -> Mapping[Path, bytes]:
    return {path: path.read_bytes() for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()}


def _restore(before: Mapping[Path, bytes], after: Mapping[Path, bytes]) -> None:
    for path in after.keys() - before.keys():
        path.unlink()
    for path, content in before.items():
        if after.get(path) != content:
            path.write_bytes(content)


if __name__ == "__main__":
    sys.exit(main())
