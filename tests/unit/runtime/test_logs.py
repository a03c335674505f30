from __future__ import annotations

import json
import logging

import pytest

from runtime.logs import JsonFormatter


def test_a_record_is_one_json_object_with_what_was_passed_along() -> None:
    record = logging.makeLogRecord(
        {"name": "indexer", "levelname": "INFO", "msg": "%s indexed", "args": (5,), "created": 0.5, "batch": 7}
    )
    assert json.loads(JsonFormatter().format(record)) == {
        "time": "1970-01-01T00:00:00.500+00:00",
        "level": "INFO",
        "logger": "indexer",
        "message": "5 indexed",
        "batch": 7,
    }


def test_an_error_stays_on_the_records_line() -> None:
    with pytest.raises(ValueError, match="invalid literal") as raised:
        int("no")
    record = logging.makeLogRecord({"msg": "failed", "exc_info": (raised.type, raised.value, raised.tb)})
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert "ValueError: invalid literal" in json.loads(line)["error"]
