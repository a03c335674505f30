"""Contacts, companies and events: written in batches, read and deleted one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from app import batches
from app.api.area import ID, Area
from app.auth import caller
from app.schemas.contacts import CompaniesBatch, Contact, Contacts, ContactsBatch, ContactsQuery, EventsBatch, Outcomes
from app.service import service
from store import companies as company_store
from store import contacts as contact_store
from store import events as event_store
from store.tokens import Scope

area = Area("contacts", __name__, description="Contact data.")


@area.endpoint("POST", "/contacts/batch", scope=Scope.WRITE, body=ContactsBatch, answer=Outcomes)
def write_contacts(contacts: Sequence[object]) -> Mapping[str, Any]:
    """Create or update contacts by external_id; an outcome for each."""
    return batches.write(caller().org_id, contact_store.write, contacts)


@area.endpoint("POST", "/companies/batch", scope=Scope.WRITE, body=CompaniesBatch, answer=Outcomes)
def write_companies(companies: Sequence[object]) -> Mapping[str, Any]:
    """Create or update companies by external_id; an outcome for each."""
    return batches.write(caller().org_id, company_store.write, companies)


@area.endpoint("POST", "/events/batch", scope=Scope.WRITE, body=EventsBatch, answer=Outcomes)
def write_events(events: Sequence[object]) -> Mapping[str, Any]:
    """Add events to contacts' timelines; one with the id of an earlier one takes its place."""
    return batches.write(caller().org_id, event_store.write, events)


@area.endpoint("GET", "/contacts", scope=Scope.READ, query=ContactsQuery, answer=Contacts)
def find(external_id: str) -> Mapping[str, Any]:
    """The contact of that external id, as it is stored; none where there is none."""
    with service().reading() as db:
        found = contact_store.by_external_id(db, caller().org_id, external_id)
        return {"contacts": [] if found is None else [found]}


@area.endpoint("GET", f"/contacts/<{ID}:contact_id>", scope=Scope.READ, answer=Contact)
def read(contact_id: int) -> Mapping[str, Any]:
    """The contact as it is stored."""
    with service().reading() as db:
        return contact_store.get(db, caller().org_id, contact_id)


@area.endpoint("DELETE", f"/contacts/<{ID}:contact_id>", scope=Scope.WRITE, status=HTTPStatus.NO_CONTENT)
def delete(contact_id: int) -> None:
    """The contact, its events and its memberships are gone."""
    with service().writing() as db:
        contact_store.delete(db, caller().org_id, contact_id)
