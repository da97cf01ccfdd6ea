"""Every route as addresses of real objects, and the whole database as one text."""

import re
from collections.abc import Iterator, Mapping

from flask import Flask

from grader.db import Database

# Of these both courses have one of the same name, or they belong to no course.
SHARED = {"course", "assignment", "path:name", "path:filename", "mistake", "int:alarm"}
_PLACEHOLDER = re.compile(r"<([^>]+)>")


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Yield method, endpoint and rule of every page, signing out the last."""
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: "logout" in rule.endpoint)
    for rule in rules:
        if rule.endpoint == "static":
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule.endpoint, rule.rule


def placeholders(rule: str) -> set[str]:
    """Return what an address has to name."""
    return set(_PLACEHOLDER.findall(rule))


def filled(rule: str, ids: Mapping[str, str]) -> str:
    """Return the address of these objects."""
    address = _PLACEHOLDER.sub(lambda found: ids[found.group(1)], rule)
    return f"{address}?among=latest" if "<mistake>" in rule else address


def swapped(
    rule: str, ours: Mapping[str, str], theirs: Mapping[str, str]
) -> Iterator[str]:
    """Yield our address with one object after the other replaced by theirs."""
    for name in sorted(placeholders(rule) - SHARED):
        yield filled(rule, {**ours, name: theirs[name]})


def state(database: Database) -> str:
    """Return all that the database holds."""
    with database.read() as session:
        driver = session.connection().connection.driver_connection
        assert driver is not None
        return "\n".join(driver.iterdump())
