"""What HubSpot calls the standard properties of a contact, and its filter types."""

from __future__ import annotations

NAMES = {
    "firstname": "first_name",
    "lastname": "last_name",
    "jobtitle": "job_title",
    "zip": "postal_code",
    "state": "region",
    "lifecyclestage": "lifecycle_stage",
    "createdate": "created_at",
    "lastmodifieddate": "updated_at",
    "date_of_birth": "birth_date",
    "hubspot_owner_id": "owner",
    "hubspot_team_id": "team",
    "hs_language": "language",
    "hs_timezone": "time_zone",
    "company": "company.name",
}
# The property of an event that holds its time.
TIMESTAMP = "hs_timestamp"
CONTACTS = "0-1"  # the objectTypeId of lists of contacts
MAX_FILTERS = 250  # of one list
