"""Plumbing: settings, connections, queues, logs, embedded servers. No rule of the business stands here."""
