"""Tags and channels of the contacts that are staged."""

from __future__ import annotations

from sqlalchemy import Connection, text


def write(db: Connection) -> None:
    """Contacts have the tags that are staged for them and no others, and the channels as staged beside their others."""
    for statement in (_REMOVE_TAGS, _ADD_TAGS, _REMOVE_CHANNELS, _SET_CHANNELS):
        db.execute(statement)


_REMOVE_TAGS = text("""
    DELETE FROM contact_tags USING staged_contacts AS staged
     WHERE NOT staged.created AND contact_tags.contact_id = staged.id AND contact_tags.tag_id <> ALL (staged.tags)""")

_ADD_TAGS = text("""
    INSERT INTO contact_tags (contact_id, tag_id)
    SELECT staged.id, tag_id FROM staged_contacts AS staged CROSS JOIN LATERAL unnest(staged.tags) AS tag_id
     ORDER BY staged.id, tag_id
    ON CONFLICT DO NOTHING""")

_REMOVE_CHANNELS = text("""
    DELETE FROM contact_channels
     USING staged_contacts AS staged CROSS JOIN LATERAL jsonb_each(staged.channels) AS said (channel_id, state)
     WHERE NOT staged.created AND contact_channels.contact_id = staged.id
       AND contact_channels.channel_id = said.channel_id::bigint AND said.state = 'null'""")

_SET_CHANNELS = text("""
    INSERT INTO contact_channels AS stored (contact_id, channel_id, reachable, unsubscribed)
    SELECT staged.id, said.channel_id::bigint,
           (said.state -> 'reachable')::boolean, (said.state -> 'unsubscribed')::boolean
      FROM staged_contacts AS staged CROSS JOIN LATERAL jsonb_each(staged.channels) AS said (channel_id, state)
     WHERE said.state <> 'null'
     ORDER BY 1, 2
    ON CONFLICT (contact_id, channel_id) DO UPDATE
       SET reachable = excluded.reachable, unsubscribed = excluded.unsubscribed
     WHERE (stored.reachable, stored.unsubscribed) IS DISTINCT FROM (excluded.reachable, excluded.unsubscribed)""")
