"""`make data`: write the tables anew, or with `--check` tell which are behind."""

import argparse
import sys

from data.generate import caches, databases, iam, services
from data.generate.tables import ROOT

_TABLES = (
    iam.table,
    databases.versions,
    databases.classes,
    caches.versions,
    caches.nodes,
    services.fargate,
    services.log_retention,
    services.lambda_runtimes,
    services.regions,
)


def main() -> int:
    """Write the tables; with `--check` write none, and return 1 if one says something else than its packages."""
    parser = argparse.ArgumentParser(prog="python -m data.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="tell which tables are behind instead of writing them")
    check = parser.parse_args().check
    behind = False
    for make in _TABLES:
        table = make()
        if table.is_current():
            continue
        behind = True
        if not check:
            table.write()
        verdict = "is behind its source; run `make data`" if check else "written"
        print(f"{table.path.relative_to(ROOT)}: {verdict} ({table.source})", file=sys.stderr)
    return 1 if check and behind else 0


if __name__ == "__main__":
    sys.exit(main())
