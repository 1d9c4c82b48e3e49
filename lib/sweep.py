"""Many trainings, each kept as soon as it is done; a sweep that was stopped goes on where it was."""

import multiprocessing
import multiprocessing.connection
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from tqdm import tqdm

from lib import provenance, specs, store

RECORDS = store.BUILD / "records"

Spec = TypeVar("Spec")
Train = Callable[[Spec], dict[str, torch.Tensor]]


class SweepFailed(RuntimeError):
    """Some trainings of a sweep raised an error; all others are kept."""


@dataclass(frozen=True)
class Training(Generic[Spec]):
    """One finished training, read from its record. `lib.training.checkpoints` finds the weights in its arrays."""

    spec: Spec
    key: str
    arrays: dict[str, np.ndarray]
    manifest: dict[str, Any]


def sweep(
    train: Train[Spec],
    wanted: Sequence[Spec],
    records: Path = RECORDS,
    workers: int | None = None,
    progress: bool = True,
) -> list[Training[Spec]]:
    """Train every spec that has no sound record yet, and return all of them in the order asked for.

    Every worker is a process of its own with one torch thread, and writes its record itself, whole or not at all. A
    record that is damaged, that belongs to another spec, or that other code made, is named and made again.

    Args:
        train: a function of a module, from a spec to named arrays.
        wanted: the specs; two that are equal share one record.
        records: the folder of the records.
        workers: how many processes; all cores that this process may use if None, this process itself if 1.
        progress: whether to show a bar.

    Raises:
        ValueError: if there is nothing to train or no worker.
        SweepFailed: once all other trainings are done, naming each spec that failed and how.
    """
    if not wanted:
        raise ValueError("a sweep needs at least one spec")
    workers = _cores() if workers is None else workers
    if workers < 1:
        raise ValueError(f"workers is {workers}; it must be at least 1")

    store.tidy(records)
    by_key = {specs.key(spec): spec for spec in wanted}
    pending = [spec for spec in by_key.values() if not _is_sound(records, train, spec)]
    failures: list[str] = []
    with tqdm(total=len(by_key), initial=len(by_key) - len(pending), disable=not progress, unit="training") as bar:
        for spec, error in _run(train, pending, records, min(workers, max(1, len(pending)))):
            bar.update()
            if error is not None:
                failures.append(f"{spec}: {error!r}")
    if failures:
        raise SweepFailed(f"{len(failures)} of {len(by_key)} trainings failed:\n" + "\n".join(failures))
    return [_read(records, train, spec) for spec in wanted]


def manifest(profile: str, trainings: Sequence[Training[Any]]) -> dict[str, Any]:
    """What a result says of the trainings it rests on: specs, episodes seen, seconds, device, versions, code."""
    return {
        "profile": profile,
        "specs": {training.key: training.manifest["specs"][training.key] for training in trainings},
        "episodes": {training.key: training.spec.episodes for training in trainings},
        "seconds": round(sum(training.manifest["seconds"] for training in trainings), 1),
        "device": ", ".join(sorted({training.manifest["device"] for training in trainings})),
        "versions": provenance.versions(),
        "code": provenance.loaded(),
    }


def _run(
    train: Train[Spec], pending: Sequence[Spec], records: Path, workers: int
) -> Iterator[tuple[Spec, Exception | None]]:
    if workers == 1:
        with _one_thread():
            for spec in pending:
                yield spec, _attempt(train, spec, records)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker) as pool:
        futures = {pool.submit(_keep, train, spec, records): spec for spec in pending}
        for future in as_completed(futures):
            error = future.exception()
            if error is not None and not isinstance(error, Exception):
                raise error
            yield futures[future], error


def _attempt(train: Train[Spec], spec: Spec, records: Path) -> Exception | None:
    try:
        _keep(train, spec, records)
    except Exception as error:
        return error
    return None


def _keep(train: Train[Spec], spec: Spec, records: Path) -> None:
    """Train one spec and write its record."""
    began = time.perf_counter()
    arrays = {name: value.numpy() for name, value in train(spec).items()}
    manifest = {
        "specs": {specs.key(spec): specs.describe(spec)},
        "seconds": round(time.perf_counter() - began, 2),
        "device": "cpu",
        "versions": provenance.versions(),
        "code": provenance.as_run(_code(train, spec)),
    }
    store.write(records, specs.key(spec), arrays, manifest)


def _code(train: Train[Any], spec: Any) -> dict[str, str]:
    """The code that a training rests on: that of the trainer, and that of everything its spec names."""
    return provenance.behind(train.__module__, *specs.modules(spec))


def _read(records: Path, train: Train[Any], spec: Any) -> Training[Any]:
    key = specs.key(spec)
    arrays, manifest = store.read(records, key)
    if manifest.get("specs") != {key: specs.describe(spec)}:
        raise store.Damaged(f"the record {key} belongs to another spec")
    now = _code(train, spec)
    changed = sorted(
        file for file in now.keys() | manifest["code"].keys() if now.get(file) != manifest["code"].get(file)
    )
    if changed:
        raise store.Damaged(f"the record {key} was made before a change of {', '.join(changed)}")
    return Training(spec, key, arrays, manifest)


def _is_sound(records: Path, train: Train[Any], spec: Any) -> bool:
    try:
        _read(records, train, spec)
    except store.Missing:
        return False
    except store.Damaged as error:
        tqdm.write(f"made again: {error}")
        return False
    return True


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _start_worker() -> None:
    torch.set_num_threads(1)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """A killed parent cannot stop its workers; without this they would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)
