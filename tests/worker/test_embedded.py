"""The whole service as one command."""

import json
import os
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.config import Settings
from grader.errors import GraderError, RefusedError
from tests.requirements import require
from tests.waiting import until
from worker import embedded
from worker.embedded import EmbeddedService, broker_command, broker_program


def ask(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def answers(url: str) -> bool:
    try:
        ask(url)
    except urllib.error.URLError:
        return False
    return True


@pytest.fixture
def service(settings: Settings) -> Iterator[EmbeddedService]:
    if broker_program() is None:
        require("valkey", "there is no server for the broker")
    service = EmbeddedService(settings)
    yield service
    service.stop()


def kill(service: EmbeddedService, name: str) -> None:
    """Kill a child and wait for the next one."""
    pid = service.supervisor.pid(name)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(lambda: service.supervisor.restarts(name) == 1)


def processes_of(home: Path) -> list[int]:
    """Return the processes that have the home in their environment."""
    mark = f"GRADER_HOME={home}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            environment = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if mark in environment:
            found.append(int(path.parent.name))
    return found


@pytest.mark.service
def test_the_service_starts_heals_and_leaves_nothing_behind(
    service: EmbeddedService, settings: Settings
) -> None:
    service.start()
    ready = f"{service.url}/readyz"
    assert ask(ready)["workers"] == 1
    with pytest.raises(RefusedError) as refused:
        EmbeddedService(settings).start()
    assert refused.value.code == "already-running"
    kill(service, "web")
    kill(service, "broker")
    until(lambda: answers(ready))
    service.stop()
    assert processes_of(settings.home) == []


def test_a_port_that_is_taken_is_refused(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        service = EmbeddedService(settings, port=port)
        with pytest.raises(RefusedError, match=f"Port {port}") as refused:
            service.start()
        service.stop()
    assert refused.value.code == "port-taken"


def test_a_service_that_was_refused_frees_its_home(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        service = EmbeddedService(settings, port=taken.getsockname()[1])
        for _ in range(2):
            with pytest.raises(RefusedError) as refused:
                service.start()
            assert refused.value.code == "port-taken"
            service.stop()


def test_stopping_what_never_started_does_nothing(settings: Settings) -> None:
    service = EmbeddedService(settings)
    service.stop()
    with pytest.raises(GraderError, match="start it first"):
        _ = service.url


def test_without_any_broker_the_worker_polls(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "broker_program", lambda: None)
    service = EmbeddedService(settings)
    assert service._start_broker() is False
    assert service._worker_command(has_broker=False)[-1] == "worker.loop"


def test_a_broker_elsewhere_is_not_started_here(settings: Settings) -> None:
    elsewhere = replace(settings, broker_url="redis://broker:6379/0")
    service = EmbeddedService(elsewhere)
    assert service._start_broker() is True
    service.stop()


def test_the_broker_has_no_port_and_keeps_nothing() -> None:
    command = broker_command("server", Path("/run/b.sock"))
    options = dict(zip(command[1::2], command[2::2], strict=True))
    assert options["--port"] == "0"
    assert options["--unixsocketperm"] == "700"
    assert options["--maxmemory-policy"] == "noeviction"
    assert (options["--save"], options["--appendonly"]) == ("", "no")


def test_children_do_not_get_the_secret_key(settings: Settings) -> None:
    environment = EmbeddedService(settings)._environment()
    assert settings.secret_key not in environment.values()
