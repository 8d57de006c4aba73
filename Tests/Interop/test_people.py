"""People: from the link that `hallpass init` prints to a session that is ended, over real HTTP and from the command line."""

import json
import re

import httpx
import pytest

from hallpass import PATIENCE, Server, Site, problem

PASSWORD = "tall grass in may"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A running server with nobody in it yet, and the link for the first person."""
    site = Site(tmp_path_factory.mktemp("people"))
    answer = json.loads(site.done("init", "--url", f"http://127.0.0.1:{site.port}", "--json"))
    with Server(site) as server:
        yield server, answer["setup_link"]
    assert server.process.returncode == 0
    assert PASSWORD not in server.output
    assert answer["setup_link"].split("=")[1] not in server.output


def page(server: Server) -> httpx.Client:
    """What a page of the server sends, from a browser of its own."""
    return httpx.Client(
        base_url=server.url, timeout=PATIENCE, headers={"Origin": server.url, "X-Hallpass-Request": "1"})


def sign_in(browser: httpx.Client, tenant: str, username: str, password: str = PASSWORD) -> httpx.Response:
    return browser.post("/v1/session", json={"tenant": tenant, "username": username, "password": password})


def test_the_first_person_comes_in_by_the_link_and_brings_in_the_next(place):
    server, link = place
    start, token = link.split("#token=")
    assert start == f"{server.url}/setup.html"
    with page(server) as root:
        made = root.post("/v1/setup", json={"token": token, "username": "root", "password": PASSWORD})
        assert made.status_code == 200, made.text
        cookie = made.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        assert "Secure" not in cookie
        assert problem(root.post("/v1/setup", json={"token": token, "username": "x", "password": PASSWORD}))[
            "code"] == "invalid_client"
        # The cookie is all that the browser has to show now.
        who = root.get("/v1/session").json()
        assert who["tenants"] == ["platform"]
        tenant = root.put("/v1/tenants/shop", json={"kind": "Tenant", "id": "shop"})
        assert tenant.status_code == 201, tenant.text

    site = server.site
    site.done("admins", "put", "eve", "--role", "tenant_admin", "--tenant", "shop")
    invitation = json.loads(site.done("admins", "invite", "eve", "--tenant", "shop", "--json"))
    with page(server) as eve:
        body = {"token": invitation["token"], "username": "eve", "password": PASSWORD}
        assert eve.post("/v1/setup", json=body).status_code == 200
        assert eve.delete("/v1/session").status_code == 200
        assert eve.cookies.get("hallpass_session") is None
        assert sign_in(eve, "shop", "eve").status_code == 200
        assert eve.get("/v1/tenants/shop/environments").status_code == 200
        assert eve.get("/v1/tenants/platform").status_code == 404
        own = eve.get("/v1/sessions").json()["items"]
        assert [item["is_current"] for item in own] == [True]
        listed = site.done("admins", "sessions", "eve", "--tenant", "shop")
        assert own[0]["id"] in listed
        assert site.done("admins", "sessions", "eve", "--end-all", "--tenant", "shop") == "Done: 1 session ended.\n"
        assert problem(eve.get("/v1/tenants/shop/environments"))["code"] == "invalid_client"
    assert re.search(r"^eve +tenant_admin +- +set", site.done("admins", "list", "--tenant", "shop"), re.MULTILINE)
    site.done("admins", "remove", "eve", "--tenant", "shop")
    assert site.done("admins", "list", "--tenant", "shop") == "None.\n"
    who = json.loads(site.done("audit", "list", "--tenant", "platform", "--event", "sign_in", "--json"))
    assert who["items"] == []


def test_a_session_outlives_a_restart_and_a_page_elsewhere_cannot_use_it(place):
    server, _ = place
    with page(server) as root:
        assert sign_in(root, "platform", "root").status_code == 200
        server.stop()
        server.start()
        assert root.get("/v1/session").status_code == 200
        put = {"kind": "Tenant", "id": "elsewhere"}
        for headers in [{"Origin": "http://127.0.0.1:1"}, {"Origin": "null"}, {"X-Hallpass-Request": "0"}]:
            assert problem(root.put("/v1/tenants/elsewhere", json=put, headers=headers))["code"] == "forbidden"
        # By another name of the same place, as a browser that was sent there would say.
        headers = {"Origin": f"http://localhost:{server.port}", "Host": f"localhost:{server.port}"}
        assert root.put("/v1/tenants/elsewhere", json=put, headers=headers).status_code == 201
        token = {"token": "x", "tool": "t", "arguments": {}}
        assert problem(root.post("/v1/verify", json=token))["code"] == "invalid_client"


def test_guessing_is_slowed_down(place):
    server, _ = place
    with page(server) as browser:
        codes = [problem(sign_in(browser, "platform", "root", f"guess number {n}"))["code"] for n in range(11)]
        assert codes == ["invalid_client"] * 10 + ["rate_limited"]
        refused = sign_in(browser, "platform", "root")
        assert refused.status_code == 429
        assert 0 < int(refused.headers["retry-after"]) <= 60
