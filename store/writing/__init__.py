"""How rows reach the tables: staged by COPY, then written set by set, touching only what differs.

Every writer takes its locks in one order, so that writers who meet wait and do not deadlock: what is named and missing
is made first (owners, teams, tags, channels, event types, companies, contacts, each by name); then companies, contacts
and their rows of index_state are locked, each by id; only then is anything changed. What is named is not deleted
meanwhile (store/turns.py).
"""
