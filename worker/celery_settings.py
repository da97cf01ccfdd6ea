"""How Celery is set up; every line was chosen for what happens when things die."""

from typing import Any

from grader.config import Settings
from grader.dispatch import QUEUE


def celery_settings(settings: Settings) -> dict[str, Any]:
    """Return Celery's configuration for workers.

    Bells are acknowledged late: without an id in them that is harmless, and a worker
    that acknowledges early was seen to exit when its broker restarts often. There is no
    hard time limit and no recycling of processes: limits belong to the jail.
    """
    return {
        "broker_url": settings.broker_url,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_default_queue": QUEUE,
        "worker_prefetch_multiplier": 1,
        "worker_disable_prefetch": True,
        "worker_send_task_events": False,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_transport_options": {
            # How long it listens before it asks again; a bell is heard at once.
            "polling_interval": 5,
            "visibility_timeout": 300,
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
            "queue_order_strategy": "priority",
            "health_check_interval": 25,
            "socket_keepalive": settings.broker_url.startswith("redis://"),
        },
    }
