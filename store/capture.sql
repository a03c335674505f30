-- Change capture: whatever changes a contact's document gives the contact a new version, in the writing transaction.
--
-- Applied after every migration, so each statement replaces what an earlier release left.
--
-- The rules, which the indexer relies on:
--   * a version is drawn while the contact's row of index_state is locked, so versions follow the commit order;
--   * rows are locked in the order of contact ids, so writers that touch the same contacts wait and do not deadlock;
--   * a row of index_state outlives its contact: the delete has a version too;
--   * rows written back as they were are no change.
-- Transition tables are called old_rows and new_rows everywhere. `old_rows EXCEPT new_rows` are the rows that an update
-- took away and `new_rows EXCEPT old_rows` those that it put there: together they also cover a row that moved.

CREATE OR REPLACE FUNCTION bump_contacts(touched bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(touched) = 0 THEN
        RETURN;
    END IF;
    -- Locked first: an UPDATE alone takes its locks in the order of its plan.
    PERFORM FROM index_state WHERE contact_id = ANY (touched) ORDER BY contact_id FOR NO KEY UPDATE;
    UPDATE index_state
       SET version = nextval('contact_version'),
           changed_at = CASE WHEN version > indexed_version THEN changed_at ELSE clock_timestamp() END,
           -- What kept a refused contact from being indexed may have been mended.
           leased_until = CASE WHEN lease IS NULL THEN NULL ELSE leased_until END,
           retry_at = NULL,
           attempts = 0
     WHERE contact_id = ANY (touched);
END $$;

-- The same holds for all refused contacts when another index is read or written.
CREATE OR REPLACE FUNCTION retry_refused() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM index_state WHERE error IS NOT NULL ORDER BY contact_id FOR NO KEY UPDATE;
    UPDATE index_state
       SET leased_until = CASE WHEN lease IS NULL THEN NULL ELSE leased_until END,
           retry_at = NULL,
           attempts = 0
     WHERE error IS NOT NULL;
END $$;

CREATE OR REPLACE FUNCTION capture_indices_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM retry_refused();
    RETURN NULL;
END $$;

-- Contacts ------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION capture_contacts_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A contact that comes back under an id of old finds its row there.
    INSERT INTO index_state AS state (contact_id, org_id, version)
    SELECT id, org_id, nextval('contact_version') FROM (SELECT id, org_id FROM new_rows ORDER BY id) AS ordered
    ON CONFLICT (contact_id) DO UPDATE
       SET version = nextval('contact_version'),
           org_id = excluded.org_id,
           changed_at = CASE WHEN state.version > state.indexed_version THEN state.changed_at ELSE clock_timestamp() END,
           leased_until = CASE WHEN state.lease IS NULL THEN NULL ELSE state.leased_until END,
           retry_at = NULL,
           attempts = 0;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION capture_contacts_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT id, org_id FROM new_rows EXCEPT SELECT id, org_id FROM old_rows) THEN
        RAISE EXCEPTION 'a contact keeps its id and its organisation' USING HINT = 'Insert it anew and delete the old one.';
    END IF;
    PERFORM bump_contacts(ARRAY(
        SELECT id FROM (SELECT * FROM new_rows EXCEPT SELECT * FROM old_rows) AS changed ORDER BY id));
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION capture_contacts_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bump_contacts(ARRAY(SELECT id FROM old_rows ORDER BY id));
    -- Why the index refused the contact may quote it, and it is to be forgotten. Its row is locked by now.
    UPDATE index_state SET error = NULL FROM old_rows WHERE contact_id = old_rows.id AND error IS NOT NULL;
    RETURN NULL;
END $$;

-- Tables with a contact_id: contact_tags, contact_channels, events, static_members -------------------------------------

CREATE OR REPLACE FUNCTION capture_relation_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bump_contacts(ARRAY(SELECT DISTINCT contact_id FROM new_rows ORDER BY contact_id));
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION capture_relation_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bump_contacts(ARRAY(
        SELECT contact_id FROM (SELECT * FROM old_rows EXCEPT SELECT * FROM new_rows) AS gone
        UNION
        SELECT contact_id FROM (SELECT * FROM new_rows EXCEPT SELECT * FROM old_rows) AS come
        ORDER BY contact_id));
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION capture_relation_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bump_contacts(ARRAY(SELECT DISTINCT contact_id FROM old_rows ORDER BY contact_id));
    RETURN NULL;
END $$;

-- TRUNCATE has no transition tables: every contact in the table, before it is emptied.
CREATE OR REPLACE FUNCTION capture_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[];
BEGIN
    EXECUTE format('SELECT ARRAY(SELECT DISTINCT %1$I FROM %2$I ORDER BY %1$I)', TG_ARGV[0], TG_TABLE_NAME) INTO touched;
    PERFORM bump_contacts(touched);
    RETURN NULL;
END $$;

-- Companies: a new one has no contacts, and the contacts of a deleted one are updated by their foreign key. ------------

CREATE OR REPLACE FUNCTION capture_companies_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bump_contacts(ARRAY(
        SELECT contacts.id
          FROM (SELECT * FROM new_rows EXCEPT SELECT * FROM old_rows) AS changed
          JOIN contacts ON contacts.company_id = changed.id
         ORDER BY contacts.id));
    RETURN NULL;
END $$;

-- Custom fields: where a document keeps a value, and as what. ---------------------------------------------------------

CREATE OR REPLACE FUNCTION bump_custom_fields(changed custom_fields[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bump_contacts(ARRAY(
        SELECT contacts.id FROM unnest(changed) AS field
          JOIN contacts ON contacts.org_id = field.org_id AND contacts.custom ? field.key
         WHERE field.object = 'contact'
        UNION
        SELECT contacts.id FROM unnest(changed) AS field
          JOIN companies ON companies.org_id = field.org_id AND companies.custom ? field.key
          JOIN contacts ON contacts.company_id = companies.id
         WHERE field.object = 'company'
        ORDER BY id));
END $$;

CREATE OR REPLACE FUNCTION capture_custom_fields_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bump_custom_fields(ARRAY(SELECT new_rows::custom_fields FROM new_rows));
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION capture_custom_fields_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bump_custom_fields(ARRAY(
        SELECT old_rows::custom_fields FROM old_rows JOIN new_rows USING (id)
         WHERE (old_rows.key, old_rows.type, old_rows.slot) <> (new_rows.key, new_rows.type, new_rows.slot)));
    PERFORM bump_custom_fields(ARRAY(
        SELECT new_rows::custom_fields FROM old_rows JOIN new_rows USING (id)
         WHERE old_rows.key <> new_rows.key));
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION capture_custom_fields_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bump_custom_fields(ARRAY(SELECT old_rows::custom_fields FROM old_rows));
    -- After the bump: whatever holds the slot's old values has waited since before this instant.
    INSERT INTO freed_slots (org_id, object, slot, freed_at)
    SELECT org_id, object, slot, clock_timestamp() FROM old_rows
     WHERE EXISTS (SELECT FROM organisations WHERE organisations.id = old_rows.org_id)
    ON CONFLICT (org_id, object, slot) DO UPDATE SET freed_at = excluded.freed_at;
    RETURN NULL;
END $$;

-- Organisations: on which month and day an instant falls depends on the time zone. ------------------------------------

CREATE OR REPLACE FUNCTION capture_organisations_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bump_contacts(ARRAY(
        SELECT contacts.id
          FROM (SELECT id, time_zone FROM new_rows EXCEPT SELECT id, time_zone FROM old_rows) AS changed
          JOIN contacts ON contacts.org_id = changed.id
         ORDER BY contacts.id));
    RETURN NULL;
END $$;

-- Behaviours ----------------------------------------------------------------------------------------------------------
-- Those that stand for an organisation, a channel or an event type come into being with it, before any event can.

CREATE OR REPLACE FUNCTION make_any_behaviour() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO behaviours (org_id, key, label, kind) SELECT id, 'any', 'Any engagement', 'any' FROM new_rows;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION make_channel_behaviours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO behaviours (org_id, key, label, kind, channel_id)
    SELECT org_id, 'any.' || key, 'Any engagement on ' || label, 'channel', id FROM new_rows;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION make_event_type_behaviours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO behaviours (org_id, key, label, kind, event_type_id)
    SELECT org_id, key, label, 'event_type', id FROM new_rows;
    RETURN NULL;
END $$;

-- A declared behaviour is filled: whoever has an event of its type is built anew.
CREATE OR REPLACE FUNCTION fill_declared_behaviours() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    declared record;
    touched bigint[];
BEGIN
    FOR declared IN SELECT code, event_type_id FROM new_rows WHERE kind = 'declared' ORDER BY code LOOP
        -- Waits for events of the type that are being written, and lets new ones wait: none is overlooked.
        PERFORM FROM event_types WHERE id = declared.event_type_id FOR UPDATE;
        touched := ARRAY(
            SELECT DISTINCT contact_id FROM events WHERE event_type_id = declared.event_type_id ORDER BY contact_id);
        PERFORM bump_contacts(touched);
        UPDATE behaviours
           SET fill_total = cardinality(touched),
               -- Whoever lacks it has waited since before this instant.
               fill_through = CASE WHEN cardinality(touched) > 0 THEN clock_timestamp() END
         WHERE code = declared.code;
    END LOOP;
    RETURN NULL;
END $$;

-- A declared behaviour that is deleted leaves the documents, too.
CREATE OR REPLACE FUNCTION capture_behaviours_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    narrowed bigint[] := ARRAY(SELECT DISTINCT event_type_id FROM old_rows WHERE kind = 'declared');
BEGIN
    PERFORM FROM event_types WHERE id = ANY (narrowed) ORDER BY id FOR UPDATE; -- as above
    PERFORM bump_contacts(ARRAY(
        SELECT DISTINCT contact_id FROM events WHERE event_type_id = ANY (narrowed) ORDER BY contact_id));
    RETURN NULL;
END $$;

-- Documents carry the code, and a code means one thing for good.
CREATE OR REPLACE FUNCTION keep_behaviours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT code, org_id, kind, event_type_id, channel_id, condition FROM new_rows
               EXCEPT SELECT code, org_id, kind, event_type_id, channel_id, condition FROM old_rows) THEN
        RAISE EXCEPTION 'what a behaviour means is fixed' USING HINT = 'Declare another one and delete this one.';
    END IF;
    RETURN NULL;
END $$;

-- Who acts in an event type decides whether its events count as `any`.
CREATE OR REPLACE FUNCTION capture_event_types_updated() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[] := ARRAY(
        SELECT id FROM (SELECT id, actor FROM new_rows EXCEPT SELECT id, actor FROM old_rows) AS rows ORDER BY id);
BEGIN
    PERFORM FROM event_types WHERE id = ANY (changed) ORDER BY id FOR UPDATE; -- as above
    PERFORM bump_contacts(ARRAY(
        SELECT DISTINCT contact_id FROM events WHERE event_type_id = ANY (changed) ORDER BY contact_id));
    PERFORM sign_behaviours(ARRAY(
        SELECT event_type_id FROM behaviours WHERE event_type_id = ANY (changed) AND kind = 'event_type' AND signed));
    RETURN NULL;
END $$;

-- An inserted event locks its type by its foreign key. A moved one has to as well, for the two functions above.
CREATE OR REPLACE FUNCTION hold_event_types() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM event_types
      WHERE id IN (SELECT event_type_id
                     FROM (SELECT id, event_type_id, contact_id FROM new_rows
                           EXCEPT SELECT id, event_type_id, contact_id FROM old_rows) AS moved)
      ORDER BY id FOR KEY SHARE;
    RETURN NULL;
END $$;

-- Negative amounts ----------------------------------------------------------------------------------------------------

-- Marks every behaviour that events of these types may belong to. Rare, and never taken back.
CREATE OR REPLACE FUNCTION sign_behaviours(types bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(types) = 0 THEN
        RETURN;
    END IF;
    UPDATE behaviours
       SET signed = true
      FROM event_types
     WHERE event_types.id = ANY (types)
       AND NOT behaviours.signed
       AND (behaviours.event_type_id = event_types.id
            OR event_types.actor = 'contact'
               AND behaviours.kind IN ('any', 'channel')
               AND behaviours.org_id = event_types.org_id);
END $$;

CREATE OR REPLACE FUNCTION capture_amounts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM sign_behaviours(ARRAY(SELECT DISTINCT event_type_id FROM new_rows WHERE amount < 0));
    RETURN NULL;
END $$;

-- A behaviour declared after the negative amounts takes the mark from its event type.
CREATE OR REPLACE FUNCTION sign_declared_behaviours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM sign_behaviours(ARRAY(
        SELECT behaviours.event_type_id FROM new_rows JOIN behaviours USING (event_type_id)
         WHERE behaviours.kind = 'event_type' AND behaviours.signed));
    RETURN NULL;
END $$;

-- Triggers ------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE TRIGGER capture_inserted AFTER INSERT ON contacts
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION capture_contacts_inserted();
CREATE OR REPLACE TRIGGER capture_updated AFTER UPDATE ON contacts
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION capture_contacts_updated();
CREATE OR REPLACE TRIGGER capture_deleted AFTER DELETE ON contacts
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION capture_contacts_deleted();
CREATE OR REPLACE TRIGGER capture_truncated BEFORE TRUNCATE ON contacts
    FOR EACH STATEMENT EXECUTE FUNCTION capture_truncated('id');

CREATE OR REPLACE TRIGGER capture_changed AFTER UPDATE OF state ON indices
    FOR EACH STATEMENT EXECUTE FUNCTION capture_indices_changed();

CREATE OR REPLACE TRIGGER capture_updated AFTER UPDATE ON companies
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION capture_companies_updated();

DO $$
DECLARE
    relation text;
BEGIN
    FOREACH relation IN ARRAY ARRAY['contact_tags', 'contact_channels', 'events', 'static_members'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER capture_inserted AFTER INSERT ON %I
            REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION capture_relation_inserted()', relation);
        EXECUTE format('CREATE OR REPLACE TRIGGER capture_updated AFTER UPDATE ON %I
            REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
            FOR EACH STATEMENT EXECUTE FUNCTION capture_relation_updated()', relation);
        EXECUTE format('CREATE OR REPLACE TRIGGER capture_deleted AFTER DELETE ON %I
            REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION capture_relation_deleted()', relation);
        EXECUTE format('CREATE OR REPLACE TRIGGER capture_truncated BEFORE TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION capture_truncated(''contact_id'')', relation);
    END LOOP;
END $$;

CREATE OR REPLACE TRIGGER capture_inserted AFTER INSERT ON custom_fields
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION capture_custom_fields_inserted();
CREATE OR REPLACE TRIGGER capture_updated AFTER UPDATE ON custom_fields
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION capture_custom_fields_updated();
CREATE OR REPLACE TRIGGER capture_deleted AFTER DELETE ON custom_fields
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION capture_custom_fields_deleted();

CREATE OR REPLACE TRIGGER make_behaviours AFTER INSERT ON organisations
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION make_any_behaviour();
CREATE OR REPLACE TRIGGER capture_updated AFTER UPDATE ON organisations
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION capture_organisations_updated();
CREATE OR REPLACE TRIGGER make_behaviours AFTER INSERT ON channels
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION make_channel_behaviours();
CREATE OR REPLACE TRIGGER make_behaviours AFTER INSERT ON event_types
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION make_event_type_behaviours();
CREATE OR REPLACE TRIGGER capture_updated AFTER UPDATE ON event_types
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION capture_event_types_updated();

CREATE OR REPLACE TRIGGER fill_declared AFTER INSERT ON behaviours
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION fill_declared_behaviours();
CREATE OR REPLACE TRIGGER sign_declared AFTER INSERT ON behaviours
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION sign_declared_behaviours();
CREATE OR REPLACE TRIGGER capture_deleted AFTER DELETE ON behaviours
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION capture_behaviours_deleted();
CREATE OR REPLACE TRIGGER keep AFTER UPDATE ON behaviours
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION keep_behaviours();

CREATE OR REPLACE TRIGGER hold_event_types AFTER UPDATE ON events
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION hold_event_types();
CREATE OR REPLACE TRIGGER capture_amounts_inserted AFTER INSERT ON events
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION capture_amounts();
CREATE OR REPLACE TRIGGER capture_amounts_updated AFTER UPDATE ON events
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION capture_amounts();
