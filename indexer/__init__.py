"""Writes the index: contacts as they are in PostgreSQL become Elasticsearch documents."""
