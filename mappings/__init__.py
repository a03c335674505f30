"""The index contract: what the indexer writes and the API reads by. Pure, no server is touched here."""
