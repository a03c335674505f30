"""How rows reach the tables: staged by COPY, then written set by set, touching only what differs."""
