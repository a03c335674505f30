"""Contacts with their events out of a file: `segments import`; docs/import.md says what a file may hold."""
