"""One JSON object a line on standard output, as CloudWatch Logs Insights reads it."""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
from contextvars import ContextVar
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The request that is being answered."""
user_id: ContextVar[str] = ContextVar("user_id", default="")
"""Who asks."""
company_id: ContextVar[str] = ContextVar("company_id", default="")
"""For whom."""


class JsonFormatter(logging.Formatter):
    """Writes timestamp, level, service, request_id, company_id, user_id, message and duration_ms; the trace of an exception as a field."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "timestamp": dt.datetime.fromtimestamp(record.created, tz=dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "service": self._service,
            "request_id": request_id.get(),
            "company_id": company_id.get(),
            "user_id": user_id.get(),
            "message": record.getMessage(),
            "duration_ms": getattr(record, "duration_ms", None),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configure(service: str, level: str) -> None:
    """Have every logger of the process write such lines, uvicorn's too; its own line for each request goes."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(service))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
    logging.getLogger("uvicorn.access").disabled = True
