"""Sign-in, sign-out and passwords: Flask-Security on our own table of users."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request, g
from flask_security import RoleMixin, Security, UserMixin
from flask_security.datastore import Datastore, UserDatastore
from flask_security.forms import LoginForm
from flask_security.mail_util import MailUtil
from flask_security.tf_plugin import TfPlugin
from flask_wtf import CSRFProtect
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from grader.config import Settings
from grader.db import Database
from grader.models import User
from grader.services import sessions
from grader.web import bearer, guessing, signed_in
from grader.web.access import Access, declare
from grader.web.account.second_step import begin as begin_second_step
from grader.web.account_copy import Account, copy_of

_PENDING = "changed_accounts"


class NoRole(RoleMixin):
    """Flask-Security's roles are not used: ours belong to a course."""


class AccountDatastore(Datastore, UserDatastore):
    """Read accounts in a read transaction; write them in a short one at commit.

    SQLite needs to know at its beginning whether a transaction will write, so one
    session for both, as the datastores that come with Flask-Security have, would make
    either every page view a writer or a sign-in fail under load.
    """

    def __init__(self, database: Database) -> None:
        Datastore.__init__(self, database)  # type: ignore[no-untyped-call]
        UserDatastore.__init__(self, Account, NoRole)
        self._database = database

    def find_user(
        self, case_insensitive: bool = False, **query: Any
    ) -> "Account | None":
        """Return a copy of the one user whose column has this value."""
        ((name, value),) = query.items()
        column = getattr(User, name)
        if case_insensitive:
            condition = func.lower(column) == str(value).lower()
        else:
            condition = column == value
        with self._database.read() as session:
            user = session.scalars(select(User).where(condition)).first()
            return None if user is None else copy_of(user)

    def find_role(self, role: str) -> None:
        """Return nothing: there are no site-wide roles."""

    def put(self, model: Account) -> Account:
        """Remember that this account changed; ``commit`` writes it."""
        g.setdefault(_PENDING, {})[model.id] = model
        return model

    def commit(self) -> None:
        """Write what changed in one short write transaction."""
        changed = g.pop(_PENDING, {})
        if not changed:
            return
        with self._database.write() as session:
            for account in changed.values():
                user = session.get_one(User, account.id)
                if user.fs_uniquifier != account.fs_uniquifier:
                    sessions.end_all(session, user.id, datetime.now(UTC))
                user.password = account.password
                user.fs_uniquifier = account.fs_uniquifier
                user.must_change_password = account.must_change_password


class SignInForm(LoginForm):
    """E-mail address and password; no cookie that outlives the browser."""

    remember = None


class PlainMail(MailUtil):
    """Compare addresses as typed; whether one can receive mail is not ours to say."""

    def normalize(self, email: str) -> str:
        """Return the address without surrounding space."""
        return email.strip()

    def validate(self, email: str) -> str:
        """Return the address without surrounding space."""
        return email.strip()


class FormProtection(CSRFProtect):  # type: ignore[misc]
    """Ask every post for its form's token, but those that show a personal token."""

    def protect(self, *args: Any, **options: Any) -> None:
        """Refuse a post that no form of ours sent."""
        if not bearer.is_offered():
            super().protect(*args, **options)


class SecondStep(TfPlugin):
    """Ask for a code, on a page of ours, before somebody who has one is signed in."""

    def tf_enter(
        self,
        user: UserMixin,
        remember_me: bool | None,
        primary_authn_via: str,
        next_loc: str | None,
    ) -> Response | None:
        """Return where to go for the second step, ``None`` if there is none."""
        if not isinstance(user, Account) or not user.has_two_factor:
            return None
        return begin_second_step(user, next_loc)


def install(app: Flask, settings: Settings, database: Database) -> None:
    """Add the sign-in, sign-out and change-password pages."""
    _configure(app, settings)
    FormProtection(app)
    datastore = AccountDatastore(database)
    security = Security(app, datastore, login_form=SignInForm, mail_util_cls=PlainMail)
    security.two_factor_plugins = SecondStep()
    # In the order in which a request meets them.
    guessing.install(app)
    signed_in.install(app, security.login_manager, datastore, database)
    bearer.install(app, security.login_manager, database)
    # No JSON door to the forms.
    security.want_json(_never_json)
    security.principal.skip_static = True
    declare(
        app,
        {
            "security.login": Access.PUBLIC,
            "security.logout": Access.SIGNED_IN,
            "security.change_password": Access.SIGNED_IN,
        },
    )


def _never_json(_request: Request) -> bool:
    return False


def _configure(app: Flask, settings: Settings) -> None:
    secure = urlsplit(settings.base_url).scheme == "https"
    # Set, not offered as defaults: Flask has defaults of its own, and weaker ones.
    app.config.update(
        {
            "SECRET_KEY": settings.secret_key,
            "PERMANENT_SESSION_LIFETIME": timedelta(days=7),
            "SESSION_COOKIE_NAME": "__Host-session" if secure else "session",
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_SECURE": secure,
            "REMEMBER_COOKIE_HTTPONLY": True,
            "REMEMBER_COOKIE_SAMESITE": "Lax",
            "REMEMBER_COOKIE_SECURE": secure,
            # A page may stay open for a day before its upload: the token lives as
            # long as the session it is bound to.
            "WTF_CSRF_TIME_LIMIT": None,
            "SECURITY_CHANGEABLE": True,
            "SECURITY_REGISTERABLE": False,
            "SECURITY_RECOVERABLE": False,
            "SECURITY_FRESHNESS": timedelta(minutes=-1),
            "SECURITY_LOGIN_URL": "/sign-in",
            "SECURITY_LOGOUT_URL": "/sign-out",
            "SECURITY_LOGOUT_METHODS": ["POST"],
            "SECURITY_LOGOUT_CSRF": False,  # checked for every post by CSRFProtect
            "SECURITY_CHANGE_URL": "/account/password",
            "SECURITY_LOGIN_USER_TEMPLATE": "auth/sign_in.html",
            "SECURITY_CHANGE_PASSWORD_TEMPLATE": "auth/change_password.html",
            "SECURITY_POST_LOGOUT_VIEW": "/sign-in",
            "SECURITY_STATIC_FOLDER": None,
            "SECURITY_CLI_USERS_NAME": False,
            "SECURITY_CLI_ROLES_NAME": False,
            "SECURITY_RETURN_GENERIC_RESPONSES": True,
            "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
            "SECURITY_API_ENABLED_METHODS": ["session"],
            "SECURITY_PASSWORD_HASH": "argon2",
            "SECURITY_PASSWORD_SCHEMES": ["argon2"],
            # argon2 salts by itself; a second hash would only tie us to one library.
            "SECURITY_PASSWORD_SINGLE_HASH": True,
            "SECURITY_PASSWORD_LENGTH_MIN": 10,
            "SECURITY_CACHE_CONTROL": None,  # headers.py says it for every page
            **_MESSAGES,
        }
    )


_MESSAGES = {
    "SECURITY_MSG_GENERIC_AUTHN_FAILED": (
        "The e-mail address or the password is not right.",
        "error",
    ),
    "SECURITY_MSG_PASSWORD_CHANGE": (
        "Your new password is set, and you are signed out everywhere else.",
        "success",
    ),
    "SECURITY_MSG_INVALID_PASSWORD": (
        "This is not your current password.",
        "error",
    ),
    "SECURITY_MSG_PASSWORD_NOT_PROVIDED": ("Please type a password.", "error"),
    "SECURITY_MSG_EMAIL_NOT_PROVIDED": ("Please type your e-mail address.", "error"),
    "SECURITY_MSG_RETYPE_PASSWORD_MISMATCH": (
        "The two new passwords differ.",
        "error",
    ),
    "SECURITY_MSG_PASSWORD_IS_THE_SAME": (
        "The new password is the same as the current one.",
        "error",
    ),
    "SECURITY_MSG_PASSWORD_INVALID_LENGTH": (
        "A password needs at least %(length)s characters.",
        "error",
    ),
    "SECURITY_MSG_LOGIN": ("Please sign in first.", "info"),
    "SECURITY_MSG_UNAUTHENTICATED": ("Please sign in first.", "info"),
}
