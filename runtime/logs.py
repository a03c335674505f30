"""Logs of the standard library: a line a record, for a person or as JSON for a machine."""

from __future__ import annotations

import json
import logging
import logging.config
from datetime import UTC, datetime
from typing import ClassVar

from runtime.settings import Settings


class JsonFormatter(logging.Formatter):
    """One JSON object a record: time, level, logger, message, what was passed as `extra`, and the error if any."""

    _STANDARD: ClassVar[frozenset[str]] = frozenset(logging.makeLogRecord({}).__dict__) | {
        "message",
        "asctime",
        "taskName",
    }

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= {name: value for name, value in record.__dict__.items() if name not in self._STANDARD}
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


def configure(settings: Settings) -> None:
    """Send this process's logs to standard error in the format and from the level that the settings name."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "text": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
                "json": {"()": JsonFormatter},
            },
            "handlers": {"standard": {"class": "logging.StreamHandler", "formatter": settings.log_format}},
            "root": {"handlers": ["standard"], "level": settings.log_level},
            # Lines for each request, each job of every few seconds and each plug-in hide the ones that matter.
            "loggers": {name: {"level": "WARNING"} for name in ("elastic_transport", "rq", "alembic.runtime.plugins")},
        }
    )
