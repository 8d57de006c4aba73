"""An identity provider as companies run one: people with passwords and groups, sign-in in a browser, OAuth with PKCE.

Codes, tokens, keys and their formats are Authlib's; what is ours is the list of people.
"""

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace

import httpx
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc6749 import ClientMixin, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from flask import Flask, redirect, request, session
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server

from hallpass import PATIENCE

AUDIENCE = "https://hallpass.acme.example"


@dataclass
class Person:
    name: str
    password: str
    groups: list[str] = field(default_factory=list)

    def get_user_id(self) -> str:
        return self.name


class WebApp(ClientMixin):
    """The company's one OAuth client, a public one."""

    client_id = "helpdesk"
    redirect_uri = "http://127.0.0.1:1/callback"

    def get_client_id(self):
        return self.client_id

    def get_default_redirect_uri(self):
        return self.redirect_uri

    def get_allowed_scope(self, scope):
        return scope

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri == self.redirect_uri

    def check_endpoint_auth_method(self, method, endpoint):
        return method == "none"

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return grant_type == "authorization_code"


class Code(SimpleNamespace):
    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope


class Provider:
    def __init__(self, url: str):
        self.url = url
        self.people: dict[str, Person] = {}
        self.codes: dict[str, Code] = {}
        self.keys = KeySet([RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)])

    def change_key(self) -> None:
        """From now on another one signs, and only that one is published."""
        self.keys = KeySet([RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)])

    def app(self) -> Flask:
        app = Flask(__name__)
        app.secret_key = "only for the cookies of this test"
        server = AuthorizationServer(app, query_client=self.client, save_token=lambda token, request: None)
        server.register_grant(self.code_grant(), [CodeChallenge(required=True)])
        server.register_token_generator("default", self.token_generator())

        @app.get("/jwks")
        def jwks():
            return self.keys.as_dict(private=False)

        @app.route("/login", methods=["GET", "POST"])
        def login():
            if request.method == "GET":
                return '<form method="post"><input name="name"><input name="password" type="password"></form>'
            person = self.people.get(request.form["name"])
            if person is None or person.password != request.form["password"]:
                return "Wrong name or password.", 403
            session["name"] = person.name
            return redirect(session.pop("next"))

        @app.get("/authorize")
        def authorize():
            person = self.people.get(session.get("name"))
            if person is None:
                session["next"] = request.url
                return redirect("/login")
            grant = server.get_consent_grant(end_user=person)
            return server.create_authorization_response(grant_user=person, grant=grant)

        @app.post("/token")
        def token():
            return server.create_token_response()

        return app

    def client(self, client_id: str) -> WebApp | None:
        return WebApp() if client_id == WebApp.client_id else None

    def code_grant(provider):
        class AuthorizationCodeGrant(grants.AuthorizationCodeGrant):
            TOKEN_ENDPOINT_AUTH_METHODS = ["none"]

            def save_authorization_code(self, code, request):
                challenge = request.payload.data
                provider.codes[code] = Code(
                    redirect_uri=request.payload.redirect_uri, scope=request.payload.scope, user=request.user,
                    code_challenge=challenge.get("code_challenge"),
                    code_challenge_method=challenge.get("code_challenge_method"))

            def query_authorization_code(self, code, client):
                return provider.codes.get(code)

            def delete_authorization_code(self, code):
                provider.codes = {text: kept for text, kept in provider.codes.items() if kept is not code}

            def authenticate_user(self, code):
                return code.user

        return AuthorizationCodeGrant

    def token_generator(provider):
        class AccessTokens(JWTBearerTokenGenerator):
            def get_jwks(self):
                return provider.keys

            def get_audiences(self, client, user, scope):
                return [client.get_client_id(), AUDIENCE]

            def get_extra_claims(self, client, grant_type, user, scope):
                return {"realm": {"groups": list(user.groups)}}

        return AccessTokens(issuer=provider.url)

    def sign_in(self, name: str) -> str:
        """Does what a browser and the web app behind it do, and gives back the access token that the app gets."""
        app = OAuth2Client(
            WebApp.client_id, token_endpoint_auth_method="none", redirect_uri=WebApp.redirect_uri,
            code_challenge_method="S256", timeout=PATIENCE)
        verifier = "a-verifier-that-is-long-enough-for-the-specification"
        with app, httpx.Client(timeout=PATIENCE) as browser:
            start, _ = app.create_authorization_url(
                f"{self.url}/authorize", code_verifier=verifier, scope="profile")
            answer = browser.get(start)
            while not (target := answer.headers["location"]).startswith(WebApp.redirect_uri):
                answer = browser.get(httpx.URL(self.url).join(target))
                if answer.status_code == 200:
                    form = {"name": name, "password": self.people[name].password}
                    answer = browser.post(answer.url, data=form)
            token = app.fetch_token(
                f"{self.url}/token", authorization_response=target, code_verifier=verifier)
        return token["access_token"]


@contextmanager
def serving_provider():
    """Runs a provider on a free loopback port."""
    provider = Provider("")
    server = make_server("127.0.0.1", 0, lambda *call: app(*call), threaded=True)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    app = provider.app()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join(PATIENCE)
        server.server_close()
