"""What Mautic calls the standard fields, and what its special filters are about."""

from __future__ import annotations

NAMES: dict[str, str | None] = {
    "firstname": "first_name",
    "lastname": "last_name",
    "title": None,  # Mr, Mrs
    "position": "job_title",
    "zipcode": "postal_code",
    "preferred_locale": "language",
    "owner_id": "owner",
    "company": "company.name",
    "companyname": "company.name",
    "companyindustry": "company.industry",
    "companycity": "company.city",
    "companycountry": "company.country",
    "companynumber_of_employees": "company.size",
    "date_added": "created_at",
    "date_modified": "updated_at",
    "source": None,  # of page hits
    "stage": None,
}
# Do-not-contact filters, by the channel that was opted out of.
OPTED_OUT = {"dnc_unsubscribed": "email", "dnc_unsubscribed_sms": "sms"}
# Sums over the contact's history, which here are the count of a behaviour.
COUNTS = ("lead_email_read_count", "hit_url_count")
# Types whose values come from a list, so that the database's collation does not matter.
LISTED = ("select", "multiselect", "country", "region", "locale", "timezone", "boolean", "number", "date", "datetime")
