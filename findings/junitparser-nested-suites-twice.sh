#!/usr/bin/env bash
# junitparser 5.0.3: two suites with one name are added into one suite, and where the second has suites within it their tests are in the
# sum twice: loose beside the suites and inside them once more, so that one failed test counts as two. Adding the two files does not
# double, and loses what was nested in the second file. Suites with different names keep everything.
# Here: a report is one suite without others in it (preview/reports.py).
# Seen:
#   tests of each file: 1 1
#   files added: 2 tests, 1 failure, suites in it: Cart
#   suites added: 3 tests, 2 failures, suites in it: Cart Pay
#   names in them: adds charges charges
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check junitparser==5.0.3
cat > expected <<'EXPECTED'
tests of each file: 1 1
files added: 2 tests, 1 failure, suites in it: Cart
suites added: 3 tests, 2 failures, suites in it: Cart Pay
names in them: adds charges charges
EXPECTED
cat > first.xml <<'XML'
<testsuites>
  <testsuite name="shop"><testsuite name="Cart"><testcase name="adds" classname="Cart" time="1"/></testsuite></testsuite>
</testsuites>
XML
cat > second.xml <<'XML'
<testsuites>
  <testsuite name="shop">
    <testsuite name="Pay"><testcase name="charges" classname="Pay" time="2"><failure message="declined"/></testcase></testsuite>
  </testsuite>
</testsuites>
XML
cat > look.py <<'PYTHON'
from junitparser import JUnitXml


def said(suite):
    nested = " ".join(inner.name for inner in suite.testsuites())
    return f"{suite.tests} tests, {suite.failures} failure{'s' * (suite.failures > 1)}, suites in it: {nested}"


files = [JUnitXml.fromfile(name) for name in ("first.xml", "second.xml")]
first, second = (next(iter(file)) for file in files)
print("tests of each file:", len(first), len(second))
print("files added:", said(next(iter(files[0] + files[1]))))
both = first + second
print("suites added:", said(both))
print("names in them:", *sorted(case.name for case in both))
PYTHON
venv/bin/python look.py > seen
cat seen
diff expected seen
