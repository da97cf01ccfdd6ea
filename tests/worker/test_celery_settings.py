"""Settings of Celery that decide what happens when things die."""

from grader.config import Settings
from grader.dispatch import QUEUE
from worker.celery_settings import celery_settings


def test_bells_are_acknowledged_late_and_come_back_from_the_dead(
    settings: Settings,
) -> None:
    chosen = celery_settings(settings)
    assert chosen["task_acks_late"] is True
    assert chosen["task_reject_on_worker_lost"] is True
    assert chosen["worker_prefetch_multiplier"] == 1
    assert chosen["worker_disable_prefetch"] is True


def test_grading_has_no_limit_of_celerys_own(settings: Settings) -> None:
    chosen = celery_settings(settings)
    assert not {
        "task_time_limit",
        "task_soft_time_limit",
        "worker_max_tasks_per_child",
        "worker_max_memory_per_child",
        "result_backend",
    } & set(chosen)


def test_nothing_but_json_is_read_and_no_result_is_kept(settings: Settings) -> None:
    chosen = celery_settings(settings)
    assert chosen["accept_content"] == ["json"]
    assert chosen["task_serializer"] == "json"
    assert chosen["task_ignore_result"] is True


def test_pages_and_workers_mean_the_same_queue(settings: Settings) -> None:
    assert celery_settings(settings)["task_default_queue"] == QUEUE
