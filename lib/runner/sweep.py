"""Many trainings, each kept as soon as it is done; a sweep that was stopped goes on where it was."""

import re
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from tqdm import tqdm

from lib.checkpoints import weights_at
from lib.runner import executors, provenance, store
from lib.runner.executors import Place
from lib.spec import declared, describe, key_of

RECORDS = store.BUILD / "records"

TRIES = 2  # of a training that raises an error
DEATHS = 3  # of workers that had nothing else to do than this training

Spec = TypeVar("Spec")
Train = Callable[[Spec], dict[str, torch.Tensor]]
TrainTogether = Callable[[Sequence[Spec], str], list[dict[str, torch.Tensor]]]


class SweepFailed(RuntimeError):
    """Some trainings of a sweep did not come to an end; all others are kept."""


class CannotKeep(OSError):
    """A training is done, but its record cannot be written."""


class ShardDone(RuntimeError):
    """This shard's trainings are kept; other shards' are still missing."""


@dataclass(frozen=True)
class Shard:
    """One part of a sweep that several jobs share: the specs whose place is `index` modulo `count`."""

    index: int
    count: int

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """Read "3/8", the third of eight.

        Raises:
            ValueError: if the text is not that of a shard.
        """
        found = re.fullmatch(r"(\d+)/(\d+)", text)
        if not found or not 1 <= int(found[1]) <= int(found[2]):
            raise ValueError(f"shard is {text!r}; it must be i/N with i from 1 to N, as in 3/8")
        return cls(int(found[1]) - 1, int(found[2]))


@dataclass(frozen=True)
class Training(Generic[Spec]):
    """One finished training, read from its record. `lib.checkpoints` finds the weights in its arrays."""

    spec: Spec
    key: str
    arrays: dict[str, np.ndarray]
    manifest: dict[str, Any]


def sweep(
    train: Train[Spec],
    wanted: Sequence[Spec],
    records: Path = RECORDS,
    executor: str = "processes",
    shard: str = "1/1",
    together: TrainTogether[Spec] | None = None,
    progress: bool = True,
) -> list[Training[Spec]]:
    """Train every spec that has no sound record yet, and return all of them in the order asked for.

    Each training runs on one torch thread. Its worker writes the record itself, whole or not at all. A record that is
    damaged, that belongs to another spec, or that other code made, is named and made again. A training that raises an
    error is tried once more; one whose worker dies goes on elsewhere.

    Args:
        train: a function of a module, from a spec to named arrays.
        wanted: the specs; two that are equal share one record.
        records: the folder of the records; every worker must see it.
        executor: where to train, as `lib.runner.executors.place` reads it.
        shard: which part of the trainings is this process's to do.
        together: how to train specs that differ in their seeds alone as one program on a device, for `stacked:S`.
        progress: whether to show a bar.

    Raises:
        ValueError: if there is nothing to train, no such executor or shard, or nothing that trains together.
        SweepFailed: once all other trainings are done, naming each spec that failed and how; at once if a record cannot
            be written.
        ShardDone: if this shard is done and others are not.
    """
    if not wanted:
        raise ValueError("a sweep needs at least one spec")
    part, place = Shard.parse(shard), executors.place(executor)
    if place.together > 1 and together is None:
        raise ValueError(f"{executor} needs a trainer that stacks networks, and this sweep has none")

    store.tidy(records)
    by_key = {key_of(spec): spec for spec in wanted}
    mine = [spec for index, spec in enumerate(by_key.values()) if index % part.count == part.index]
    pending = [spec for spec in mine if not _is_sound(records, train, spec)]
    failures: list[str] = []
    cached = kept = len(mine) - len(pending)
    with tqdm(total=len(mine), initial=cached, disable=not progress, unit="training") as bar:
        try:
            bar.set_postfix_str(f"{cached} cached")
            for group, error in _run(train, together, _grouped(pending, place.together), records, place):
                bar.update(len(group))
                if error is None:
                    kept += len(group)
                else:
                    said = "".join(traceback.format_exception(error))
                    failures.extend(f"{spec}\n{said}" for spec in group)
                    bar.set_postfix_str(f"{cached} cached, {len(failures)} failed")
        except KeyboardInterrupt:
            tqdm.write(f"stopped; {kept} of {len(mine)} trainings are kept, and the next run goes on there")
            raise
        except CannotKeep as error:
            raise SweepFailed(f"stopped; {kept} of {len(mine)} trainings are kept: {error}") from error
    if failures:
        raise SweepFailed(f"{len(failures)} of {len(mine)} trainings failed:\n\n" + "\n".join(failures))
    missing = [spec for spec in by_key.values() if part.count > 1 and not _is_sound(records, train, spec)]
    if missing:
        raise ShardDone(f"shard {shard} is done; {len(missing)} of {len(by_key)} trainings of other shards are missing")
    return [_read(records, train, spec) for spec in wanted]


def manifest(profile: str, trainings: Sequence[Training[Any]], version: int) -> dict[str, Any]:
    """What a result says of the trainings it rests on: specs, episodes seen, seconds, device; by which version of the
    measurement and of its trainers it was made, on which processor, with which programs.
    """
    made_on = {training.manifest.get("processor", store.NOT_RECORDED) for training in trainings}
    return {
        "profile": profile,
        "specs": {training.key: training.manifest["specs"][training.key] for training in trainings},
        "episodes": {training.key: training.spec.episodes for training in trainings},
        "seconds": round(sum(training.manifest["seconds"] for training in trainings), 1),
        "device": ", ".join(sorted({training.manifest["device"] for training in trainings})),
        "version": version,
        "trainers": dict(sorted({tuple(training.manifest["trainer"]) for training in trainings})),
        **provenance.machine(),
        "processor": "; ".join(sorted({*made_on, provenance.processor()})),
    }


def weights(trainings: Sequence[Training[Any]], checkpoint: int) -> dict[str, np.ndarray]:
    """The parameters of all networks at one checkpoint, as `<key>/<checkpoint>/<parameter>`."""
    return {
        f"{training.key}/{checkpoint}/{name}": value.numpy()
        for training in trainings
        for name, value in weights_at(training.arrays, checkpoint).items()
    }


Group = tuple[Spec, ...]  # what is trained as one program; a single spec nearly always


def _grouped(pending: Sequence[Spec], size: int) -> list[Group[Spec]]:
    """Put specs that differ in their seeds alone together, at most so many."""
    if size == 1:
        return [(spec,) for spec in pending]
    alike: dict[str, list[Spec]] = {}
    for spec in pending:
        alike.setdefault(key_of(replace(spec, seed=0)), []).append(spec)  # type: ignore[type-var]
    return [tuple(same[i : i + size]) for same in alike.values() for i in range(0, len(same), size)]


def _run(
    train: Train[Spec],
    together: TrainTogether[Spec] | None,
    pending: Sequence[Group[Spec]],
    records: Path,
    place: Place,
) -> Iterator[tuple[Group[Spec], BaseException | None]]:
    """Run all trainings to their end, opening the place again whenever its workers die.

    Nobody knows which of the trainings in flight killed a worker. So each of them has the place to itself next, and
    only one that dies alone, several times, is given up.
    """
    waiting, suspects = deque(pending), deque[Group[Spec]]()
    errors, deaths = Counter[Group[Spec]](), Counter[Group[Spec]]()
    while waiting or suspects:
        with place.open() as executor:

            def submit(group: Group[Spec], executor: Executor = executor) -> Future[None]:
                if place.together > 1 and together is not None:
                    return executor.submit(_keep_together, train, together, group, records)
                return executor.submit(_keep, train, group[0], records)

            for group in (yield from _drain(submit, suspects, 1, place, errors)):
                deaths[group] += 1
                if deaths[group] < DEATHS:
                    suspects.append(group)
                else:
                    yield group, RuntimeError(f"its worker died, {DEATHS} times")
            if not suspects:
                suspects.extend((yield from _drain(submit, waiting, place.ahead, place, errors)))


def _drain(
    submit: Callable[[Group[Spec]], Future[None]],
    queue: deque[Group[Spec]],
    room: int,
    place: Place,
    errors: Counter[Group[Spec]],
) -> Generator[tuple[Group[Spec], BaseException | None], None, list[Group[Spec]]]:
    """Run a queue of trainings, so many at a time, until it is empty or a worker dies; return those it took along."""
    flying: dict[Future[None], Group[Spec]] = {}
    while queue or flying:
        while queue and len(flying) < room:
            try:
                flying[submit(queue[0])] = queue[0]
            except place.lost:
                return [*flying.values()] or [queue.popleft()]
            queue.popleft()
        lost = []
        for future in wait(flying, return_when=FIRST_COMPLETED).done:
            group, error = flying.pop(future), future.exception()
            if isinstance(error, CannotKeep):
                raise error
            if isinstance(error, place.lost):
                lost.append(group)
            elif error is not None and errors[group] < TRIES - 1:
                errors[group] += 1
                queue.append(group)
            else:
                yield group, error
        if lost:
            return [*lost, *flying.values()]
    return []


def _keep(train: Train[Spec], spec: Spec, records: Path) -> None:
    """Train one spec and write its record, unless another sweep has done so meanwhile."""
    if _is_sound(records, train, spec):
        return
    began = time.perf_counter()
    made = train(spec)
    _write(records, train, spec, made, time.perf_counter() - began, "cpu")


def _keep_together(train: Train[Spec], together: TrainTogether[Spec], group: Group[Spec], records: Path) -> None:
    """Train a group as one program, on a GPU if there is one, and write its records."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    began = time.perf_counter()
    made = together(group, device)
    share = (time.perf_counter() - began) / len(group)
    for spec, arrays in zip(group, made, strict=True):
        _write(records, train, spec, arrays, share, device)


def _write(
    records: Path, train: Train[Spec], spec: Spec, made: dict[str, torch.Tensor], seconds: float, device: str
) -> None:
    key = key_of(spec)
    about = {
        "specs": {key: describe(spec)},
        "seconds": round(seconds, 2),
        "device": device,
        "trainer": list(declared(train)),
        **provenance.machine(),
    }
    try:
        store.write(records, key, {name: value.numpy() for name, value in made.items()}, about)
    except OSError as error:
        raise CannotKeep(f"the record {key} cannot be written: {error.strerror or error}") from error


def _read(records: Path, train: Train[Any], spec: Any) -> Training[Any]:
    key = key_of(spec)
    arrays, about = store.read(records, key)
    if about.get("specs") != {key: describe(spec)}:
        raise store.Damaged(f"the record {key} belongs to another spec")
    now, then = list(declared(train)), about.get("trainer")
    if now != then:
        raise store.Damaged(f"the record {key} was made by {_said(then)}; now it is {_said(now)}")
    return Training(spec, key, arrays, about)


def _said(trainer: Sequence[Any] | None) -> str:
    return "a trainer of no version" if trainer is None else f"{trainer[0]}, version {trainer[1]}"


def _is_sound(records: Path, train: Train[Any], spec: Any) -> bool:
    try:
        _read(records, train, spec)
    except store.Missing:
        return False
    except store.Damaged as error:
        tqdm.write(f"made again: {error}")
        return False
    return True
