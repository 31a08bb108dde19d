"""Look for secrets that were committed: `python -m operations.audit`. `make audit` also looks for dependencies with known holes.

Looks at every text file that git tracks, but the tests' samples, with the judge that settings and policy pack use.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tokenize
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from policy.common import credentials

ROOT: Final = Path(__file__).resolve().parents[1]
LEFT_OUT: Final = ("tests", "findings")
"""Folders whose samples look like secrets on purpose."""
_CODE: Final = frozenset(
    {tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT}
)
_MOST_BYTES: Final = 1_000_000


def findings(root: Path, names: Sequence[str], program: Path = Path()) -> Iterator[str]:
    """Yield where a credential stands, as file:line; never what it is.

    Args:
        root: the repository.
        names: its files.
        program: where in it this program is, whose samples are left out.
    """
    left_out = tuple(f"{(program / folder).as_posix()}/" for folder in LEFT_OUT)
    for name in names:
        path = root / name
        if name.startswith(left_out) or not path.is_file() or path.stat().st_size > _MOST_BYTES:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        lines = [number for number, line in enumerate(text.splitlines(), start=1) if credentials.is_credential(line)]
        if lines and path.suffix == ".py":
            named = _only_named(text, lines)
            lines = [number for number in lines if number not in named]
        yield from (f"{name}:{number}" for number in lines)


def _only_named(source: str, lines: Sequence[int]) -> frozenset[int]:
    """Return of some lines of Python those on which no text or comment holds a credential: the argument `password=made` only names one."""
    held: set[int] = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type not in _CODE:
                for number, line in enumerate(token.string.splitlines(), start=token.start[0]):
                    held |= {number} if credentials.is_credential(line) else set()
    except (tokenize.TokenError, SyntaxError):  # another Python's, or a template of it
        return frozenset()
    return frozenset(lines) - held


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603, S607 - git, wherever it is, and words of our own


def main() -> int:
    """Print what was found, and return 1 where anything was."""
    # The whole repository, also where this program is a folder of it.
    top = Path(_git("rev-parse", "--show-toplevel").strip()).resolve()
    found = list(findings(top, _git("-C", str(top), "ls-files", "-z").split("\0"), ROOT.relative_to(top)))
    for place in found:
        print(
            f"{place}: looks like a credential. Make it invalid where it was issued, then take it out.", file=sys.stderr
        )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
