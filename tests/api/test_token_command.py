"""`segments token`."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from app.cli import token
from mappings.errors import ServiceError
from runtime.settings import Settings
from tests.api.conftest import Tenant
from tests.api.test_errors import problem


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("DATABASE_URL", settings.database_url or "")
    return CliRunner()


def test_a_token_is_made_and_opens_what_it_says(run: CliRunner, tenant: Tenant) -> None:
    arguments = ["create", "--org", tenant.name, "--name", "builder", "--scopes", "read, export"]
    secret = run.invoke(token, arguments, catch_exceptions=False).output.strip()
    assert secret.startswith("seg_")
    authorised = {"Authorization": f"Bearer {secret}"}
    assert tenant.get("/tags", headers=authorised).status_code == 200
    problem(tenant.post("/tags", {"name": "x"}, headers=authorised), 403)


def test_a_token_is_listed_until_it_is_revoked(run: CliRunner, tenant: Tenant) -> None:
    create = ["create", "--org", tenant.name, "--name", "leaked", "--scopes", "read,write"]
    secret = run.invoke(token, create, catch_exceptions=False).output.strip()
    authorised = {"Authorization": f"Bearer {secret}"}
    assert tenant.get("/tags", headers=authorised).status_code == 200

    listed = run.invoke(token, ["list", "--org", tenant.name], catch_exceptions=False).output
    [line] = [line for line in listed.splitlines() if "  leaked  read,write  " in line]
    token_id = line.split()[0]
    run.invoke(token, ["revoke", token_id, "--org", tenant.name], catch_exceptions=False)
    problem(tenant.get("/tags", headers=authorised), 401)
    assert "leaked" not in run.invoke(token, ["list", "--org", tenant.name], catch_exceptions=False).output
    with pytest.raises(ServiceError, match=f"no token {token_id}"):
        run.invoke(token, ["revoke", token_id, "--org", tenant.name], catch_exceptions=False)


@pytest.mark.parametrize(
    ("org", "scopes", "message"),
    [("no such organisation", "read", "no organisation"), (None, "read,write,all", "all"), (None, "", "choose from")],
)
def test_what_cannot_be_made_is_told(
    run: CliRunner, tenant: Tenant, org: str | None, scopes: str, message: str
) -> None:
    with pytest.raises(ServiceError, match=message):
        run.invoke(
            token,
            ["create", "--org", org or tenant.name, "--name", "x", "--scopes", scopes],
            catch_exceptions=False,
        )
