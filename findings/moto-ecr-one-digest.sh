#!/usr/bin/env bash
# moto 5.2.5: two images with different manifests of the usual kind get one digest in ECR, that of an empty text, and
# are two images to describe_images all the same. A test that a release is pinned by digest cannot fail there.
# Seen:
#   images: 2 digests: 1
#   of an empty text: True
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check "moto[ecr]==5.2.5" boto3==1.44.5
cat > expected <<'EXPECTED'
images: 2 digests: 1
of an empty text: True
EXPECTED
cat > look.py <<'PYTHON'
import os

os.environ |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "eu-west-1"}
import boto3
from moto import mock_aws


import hashlib
import json

with mock_aws():
    ecr = boto3.client("ecr")
    ecr.create_repository(repositoryName="shop")
    for tag in ("one", "two"):
        kind = "application/vnd.docker.distribution.manifest.v2+json"
        digest = f"sha256:{hashlib.sha256(tag.encode()).hexdigest()}"
        config = {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 1, "digest": digest}
        manifest = json.dumps({"schemaVersion": 2, "mediaType": kind, "config": config, "layers": []})
        ecr.put_image(repositoryName="shop", imageTag=tag, imageManifest=manifest)
    images = ecr.describe_images(repositoryName="shop")["imageDetails"]
    print("images:", len(images), "digests:", len({image["imageDigest"] for image in images}))
    print("of an empty text:", images[0]["imageDigest"] == f"sha256:{hashlib.sha256(b'').hexdigest()}")
PYTHON
venv/bin/python look.py > seen
cat seen
diff expected seen
