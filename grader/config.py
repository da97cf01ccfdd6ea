"""All settings, read once from the environment (``GRADER_*``)."""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, urlsplit, urlunsplit

from grader.errors import ConfigurationError

Value = TypeVar("Value")

PREFIX = "GRADER_"
SHORTEST_SECRET = 16
LOG_FORMATS = ("text", "json")
# The kernel's limit for the path of a unix socket is 107 bytes.
LONGEST_SOCKET_PATH = 100


@dataclass(frozen=True)
class Settings:
    """Addresses, secrets and sizes. The defaults run everything under one home.

    Parameters
    ----------
    home
        Folder of the embedded service: database, blobs, logs, broker, secret key.
    database_url
        SQLAlchemy address; SQLite or PostgreSQL.
    broker_url
        Redis or Valkey. Holds nothing that cannot be rebuilt.
    secret_key
        Signs sessions and receipts. Empty until ``prepare_home`` or the environment
        gives one; commands that only grade files need none.
    old_secret_keys
        Comma list of keys that signed receipts before; they are still verified.
    base_url
        Address under which people reach the pages; cookies are marked as secure when
        it begins with https.
    max_upload_bytes
        Most that one submission may have.
    lease_seconds, heartbeat_seconds
        How long a claim holds without a sign of life, and how often one is given.
    sweep_seconds
        How often expired leases and unanswered bells are looked for.
    drain_seconds
        How long one bell keeps a worker claiming.
    min_tier
        Weakest jail to accept, by its name; empty means the strongest found will do.
    jail_uid
        User id for student code when the grader runs as root; 0 lets the jail choose.
    warm_jails
        How many jails each grading process keeps started for submissions to come.
    heartbeat_file
        Touched by a worker or janitor with every beat; empty means none.
    log_format
        ``text`` or ``json``.
    metrics_token
        Opens ``/metrics``; without one, that answers only to this machine.
    trusted_proxies
        How many proxies of ours stand before the pages; what more than these say about
        where a request comes from is not believed.
    """

    home: Path
    database_url: str
    broker_url: str
    blob_dir: Path
    secret_key: str = ""
    old_secret_keys: str = ""
    base_url: str = "http://127.0.0.1:8000"
    max_upload_bytes: int = 8 << 20
    lease_seconds: float = 30.0
    heartbeat_seconds: float = 10.0
    sweep_seconds: float = 5.0
    drain_seconds: float = 20.0
    min_tier: str = ""
    jail_uid: int = 0
    warm_jails: int = 1
    heartbeat_file: str = ""
    log_format: str = "text"
    metrics_token: str = ""
    trusted_proxies: int = 0

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] | None = None
    ) -> "Settings":
        """Read every setting, or say which one is wrong.

        ``GRADER_SECRET_KEY``, ``GRADER_METRICS_TOKEN``, ``GRADER_DATABASE_PASSWORD``
        and ``GRADER_BROKER_PASSWORD`` may also be given as ``..._FILE``, the path of a
        file that holds the value.

        Raises
        ------
        ConfigurationError
            Names the setting.
        """
        given = _Environment(os.environ if environment is None else environment)
        home = Path(given.text("HOME") or _default_home(given.values)).expanduser()
        home = home.absolute()
        database = given.text("DATABASE_URL") or f"sqlite:///{home}/grader.sqlite3"
        broker = given.text("BROKER_URL") or f"redis+socket://{broker_socket(home)}"
        settings = cls(
            home=home,
            database_url=_with_password(database, given.secret("DATABASE_PASSWORD")),
            broker_url=_with_password(broker, given.secret("BROKER_PASSWORD")),
            blob_dir=Path(given.text("BLOB_DIR") or home / "blobs"),
            secret_key=given.secret("SECRET_KEY") or _read_secret(home),
            old_secret_keys=given.secret("OLD_SECRET_KEYS"),
            base_url=given.text("BASE_URL") or cls.base_url,
            max_upload_bytes=given.whole("MAX_UPLOAD_BYTES", cls.max_upload_bytes),
            lease_seconds=given.seconds("LEASE_SECONDS", cls.lease_seconds),
            heartbeat_seconds=given.seconds("HEARTBEAT_SECONDS", cls.heartbeat_seconds),
            sweep_seconds=given.seconds("SWEEP_SECONDS", cls.sweep_seconds),
            drain_seconds=given.seconds("DRAIN_SECONDS", cls.drain_seconds),
            min_tier=given.text("MIN_TIER"),
            jail_uid=given.whole("JAIL_UID", cls.jail_uid),
            warm_jails=given.whole("WARM_JAILS", cls.warm_jails),
            heartbeat_file=given.text("HEARTBEAT_FILE"),
            log_format=given.text("LOG_FORMAT") or cls.log_format,
            metrics_token=given.secret("METRICS_TOKEN"),
            trusted_proxies=given.whole("TRUSTED_PROXIES", cls.trusted_proxies),
        )
        settings._check()
        return settings

    def to_environment(self) -> dict[str, str]:
        """Return what makes a child process read these settings.

        The secret key is left out where children can read it from the home.
        """
        kept = _read_secret(self.home) == self.secret_key
        return {
            PREFIX + field.name.upper(): str(getattr(self, field.name))
            for field in fields(self)
            if field.name != "secret_key" or not kept
        }

    @property
    def old_keys(self) -> tuple[str, ...]:
        """The keys that signed before, the oldest first as given."""
        given = (key.strip() for key in self.old_secret_keys.split(","))
        return tuple(key for key in given if key)

    def prepare_home(self) -> "Settings":
        """Make the home if there is none; return the settings with its secret key.

        Raises
        ------
        ConfigurationError
            If the home cannot be written.
        """
        try:
            for folder in (self.home, self.blob_dir, self.home / "logs"):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            key = self.secret_key or _read_secret(self.home) or _new_secret(self.home)
        except OSError as error:
            raise ConfigurationError(
                f"{PREFIX}HOME: must be a folder that can be written, "
                f"got {self.home}: {error.strerror}"
            ) from error
        return replace(self, secret_key=key)

    def _check(self) -> None:
        if self.heartbeat_seconds * 2 > self.lease_seconds:
            raise ConfigurationError(
                f"{PREFIX}HEARTBEAT_SECONDS: must be at most half of "
                f"{PREFIX}LEASE_SECONDS ({self.lease_seconds:g}), "
                f"got {self.heartbeat_seconds:g}"
            )
        if self.secret_key and len(self.secret_key) < SHORTEST_SECRET:
            raise ConfigurationError(
                f"{PREFIX}SECRET_KEY: must have at least {SHORTEST_SECRET} characters, "
                f"got {len(self.secret_key)}"
            )
        if self.metrics_token and len(self.metrics_token) < SHORTEST_SECRET:
            raise ConfigurationError(
                f"{PREFIX}METRICS_TOKEN: must have at least {SHORTEST_SECRET} "
                f"characters, got {len(self.metrics_token)}"
            )
        if self.log_format not in LOG_FORMATS:
            raise ConfigurationError(
                f"{PREFIX}LOG_FORMAT: must be one of {', '.join(LOG_FORMATS)}, "
                f"got {self.log_format!r}"
            )
        if urlsplit(self.base_url).scheme not in {"http", "https"}:
            raise ConfigurationError(
                f"{PREFIX}BASE_URL: must begin with http:// or https://, "
                f"got {self.base_url!r}"
            )


def broker_socket(home: Path) -> Path:
    """Return where the embedded broker listens.

    In the home, unless its path is too long for a socket; then in a folder of the
    system's temporary directory that the home's path determines.
    """
    inside = home / "run" / "broker.sock"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH:
        return inside
    mark = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    name = f"grader-{os.getuid()}-{mark}"
    return Path(tempfile.gettempdir()) / name / "broker.sock"


class _Environment:
    """Reads single values and names the setting when one is wrong."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def text(self, name: str) -> str:
        return self.values.get(PREFIX + name, "").strip()

    def secret(self, name: str) -> str:
        path = self.text(f"{name}_FILE")
        if not path:
            return self.text(name)
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                f"{PREFIX}{name}_FILE: must be a readable text file, got {path}"
            ) from error

    def whole(self, name: str, default: int) -> int:
        return self._number(name, int, "a whole number, 0 or more", default)

    def seconds(self, name: str, default: float) -> float:
        value = self._number(name, float, "a number of seconds", default)
        if not 0 < value < 86_400:
            raise ConfigurationError(
                f"{PREFIX}{name}: must be between 0 and 86400, got {value:g}"
            )
        return value

    def _number(
        self, name: str, kind: Callable[[str], Value], what: str, default: Value
    ) -> Value:
        text = self.text(name)
        if not text:
            return default
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or text.startswith("-"):
            raise ConfigurationError(f"{PREFIX}{name}: must be {what}, got {text!r}")
        return value


def _default_home(environment: Mapping[str, str]) -> Path:
    base = environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "backprop-grader"


def _with_password(url: str, password: str) -> str:
    if not password:
        return url
    parts = urlsplit(url)
    user, _, address = parts.netloc.rpartition("@")
    name = user.partition(":")[0]
    return urlunsplit(parts._replace(netloc=f"{name}:{quote(password, '')}@{address}"))


def _secret_file(home: Path) -> Path:
    return home / "secret_key"


def _read_secret(home: Path) -> str:
    try:
        return _secret_file(home).read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _new_secret(home: Path) -> str:
    """Write a new key; if another process was quicker, return that one's."""
    handle, temporary = tempfile.mkstemp(dir=home, prefix=".secret-")
    try:
        with open(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        # Appears whole or not at all, and never in place of another.
        with suppress(FileExistsError):
            os.link(temporary, _secret_file(home))
    finally:
        os.unlink(temporary)
    return _read_secret(home)
