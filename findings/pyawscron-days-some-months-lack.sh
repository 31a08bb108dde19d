#!/usr/bin/env bash
# pyawscron 1.0.7: a schedule on the 31st, the 30th or the 29th is read, and its next time is told until the next month to look at is one
# that has no such day: there a ValueError of datetime comes out, where a cron passes the month over. So a year of such times
# ends in February. aws-croniter 2.1.1 passes it over, and the last day of a month, L, is told by both.
# Here: schedules are checked and their days told without either (limits/schedules.py).
# Seen:
#   0 3 31 * ? *: pyawscron 2027-01-31, ValueError: day is out of range for month
#   0 3 31 * ? *: aws-croniter 2027-01-31 2027-03-31 2027-05-31
#   0 3 29 2 ? *: pyawscron ValueError: day is out of range for month
#   0 3 29 2 ? *: aws-croniter 2028-02-29 2032-02-29 2036-02-29
#   0 3 L * ? *: pyawscron 2027-01-31 2027-02-28 2027-03-31
#   0 3 L * ? *: aws-croniter 2027-01-31 2027-02-28 2027-03-31
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyawscron==1.0.7 aws-croniter==2.1.1
cat > expected <<'EXPECTED'
0 3 31 * ? *: pyawscron 2027-01-31, ValueError: day is out of range for month
0 3 31 * ? *: aws-croniter 2027-01-31 2027-03-31 2027-05-31
0 3 29 2 ? *: pyawscron ValueError: day is out of range for month
0 3 29 2 ? *: aws-croniter 2028-02-29 2032-02-29 2036-02-29
0 3 L * ? *: pyawscron 2027-01-31 2027-02-28 2027-03-31
0 3 L * ? *: aws-croniter 2027-01-31 2027-02-28 2027-03-31
EXPECTED
cat > look.py <<'PYTHON'
from datetime import datetime, timezone

from aws_croniter import AwsCroniter
from pyawscron import AWSCron

START = datetime(2027, 1, 1, tzinfo=timezone.utc)


def one_by_one(expression):
    schedule, at = AWSCron(expression), START
    for _ in range(3):
        at = schedule.occurrence(at).next()
        yield at


def at_once(expression):
    yield from AwsCroniter(expression).get_next(START, 3)


for expression in ("0 3 31 * ? *", "0 3 29 2 ? *", "0 3 L * ? *"):
    for name, times in (("pyawscron", one_by_one), ("aws-croniter", at_once)):
        told, failed = [], []
        try:
            told.extend(f"{at:%Y-%m-%d}" for at in times(expression))
        except ValueError as error:
            failed.append(f"ValueError: {error}")
        print(f"{expression}: {name}", ", ".join(filter(None, [" ".join(told), *failed])))
PYTHON
venv/bin/python look.py > seen
cat seen
diff expected seen
