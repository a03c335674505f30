"""How the requests begin that faults wait for."""

from __future__ import annotations

BULK = rb"(POST|PUT) /\S+/_bulk"
REFRESH = rb"POST /\S+/_refresh"
SEARCH = rb"POST /\S+/_search"
CREATE = rb"PUT /[^/_ ]+ "
SETTINGS = rb"PUT /[^/ ]+/_settings"
ALIASES = rb"POST /_aliases"
ANY = rb"[A-Z]+ /"

COMMIT = rb"(?s)Q....COMMIT\x00"  # PostgreSQL's: a query, its length, its text
