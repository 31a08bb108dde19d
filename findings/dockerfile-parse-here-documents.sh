#!/usr/bin/env bash
# dockerfile-parse 2.0.1: the lines of a here-document, part of the Dockerfile format since syntax 1.4, are taken for instructions. Whoever asks it for the
# last USER or for EXPOSE may get a line of a shell script.
# Here: here-documents are left out before it is asked (operations/new/dockerfile.py).
# Seen:
#   RUN '<<EOF'
#   USER 'other people exist'
#   EOF ''
#   USER 'app'
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check dockerfile-parse==2.0.1
cat > expected <<'EXPECTED'
RUN '<<EOF'
USER 'other people exist'
EOF ''
USER 'app'
EXPECTED
cat > look.py <<'PYTHON'
import io

from dockerfile_parse import DockerfileParser

TEXT = b"""\
FROM example
RUN <<EOF
user other people exist
EOF
USER app
"""
for line in DockerfileParser(fileobj=io.BytesIO(TEXT)).structure[1:]:
    print(line["instruction"], repr(line["value"]))
PYTHON
venv/bin/python look.py > seen
cat seen
diff expected seen
