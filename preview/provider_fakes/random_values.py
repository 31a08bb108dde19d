"""What the provider of random values answers."""

from __future__ import annotations

import base64

from preview.provider_fakes.asked import Answer, AskedResource


def random_password(asked: AskedResource) -> Answer:
    """Answer a password."""
    length = asked.inputs.get("length")
    result = asked.letters(length if isinstance(length, int) else 32, "result")
    return Answer(
        "none", {"result": result, "bcryptHash": f"$2a$10${asked.letters(53)}"}, frozenset({"result", "bcryptHash"})
    )


def random_string(asked: AskedResource) -> Answer:
    """Answer a text."""
    length = asked.inputs.get("length")
    result = asked.letters(length if isinstance(length, int) else 16, "result").lower()
    return Answer(result, {"result": result})


def random_id(asked: AskedResource) -> Answer:
    """Answer bytes, as text of several forms."""
    length = asked.inputs.get("byteLength")
    data = bytes.fromhex(asked.hex(2 * (length if isinstance(length, int) else 8)))
    prefix = asked.text("prefix")
    url = base64.urlsafe_b64encode(data).decode().rstrip("=")
    outputs = {
        "hex": prefix + data.hex(),
        "dec": prefix + str(int.from_bytes(data)),
        "b64Url": prefix + url,
        "b64Std": prefix + base64.b64encode(data).decode(),
    }
    return Answer(url, outputs)


def random_integer(asked: AskedResource) -> Answer:
    """Answer a number between two others."""
    low, high = asked.inputs.get("min"), asked.inputs.get("max")
    low, high = (low if isinstance(low, int) else 0), (high if isinstance(high, int) else 100)
    result = low + int(asked.hex(8), 16) % (high - low + 1)
    return Answer(str(result), {"result": result})


def random_uuid(asked: AskedResource) -> Answer:
    """Answer a UUID."""
    return Answer(asked.uuid(), {"result": asked.uuid()})
