"""Runs a command of pgsync, in whose environment this is called, with an answer to `GET /`.

pgsync asks the server who it is. The packaged Elasticsearch is the one of its own integration tests, which has no page
at `/`. What it would say is said here, in the process itself: a proxy would stand in the way of every document.
"""

from __future__ import annotations

import json
import runpy
import sys
from typing import Any

from elasticsearch.connection import Urllib3HttpConnection

_HEADERS = {"x-elastic-product": "Elasticsearch", "content-type": "application/json"}
_ROOT = json.dumps(
    {"version": {"number": "8.19.4", "build_flavor": "default"}, "tagline": "You Know, for Search"},
)
_perform = Urllib3HttpConnection.perform_request


def _answered(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
    if (method, url) == ("GET", "/"):
        return 200, _HEADERS, _ROOT
    return _perform(self, method, url, *args, **kwargs)


Urllib3HttpConnection.perform_request = _answered
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
