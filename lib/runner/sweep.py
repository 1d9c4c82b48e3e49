"""Many trainings, each kept as soon as it is done; a sweep that was stopped goes on where it was."""

import re
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from tqdm import tqdm

from lib.checkpoints import weights_at
from lib.runner import executors, provenance, store
from lib.spec import declared, describe, key_of

RECORDS = store.BUILD / "records"

Made = TypeVar("Made")
Spec = TypeVar("Spec")
Train = Callable[[Spec], dict[str, torch.Tensor]]
TrainTogether = Callable[[Sequence[Spec], str], list[dict[str, torch.Tensor]]]


class SweepFailed(RuntimeError):
    """Some trainings of a sweep did not come to an end; all others are kept."""


class CannotKeep(OSError):
    """A training is done, but its record cannot be written."""


class ShardDone(RuntimeError):
    """This shard's trainings are kept; other shards' are still missing."""


def part_of(shard: str) -> tuple[int, int]:
    """Which part of a sweep a job does, and of how many: of "3/8" the third of eight, counted from 0.

    >>> part_of("3/8")
    (2, 8)

    Raises:
        ValueError: if the text is not that of a shard.
    """
    found = re.fullmatch(r"(\d+)/(\d+)", shard)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise ValueError(f"shard is {shard!r}; it must be i/N with i from 1 to N, as in 3/8")
    return int(found[1]) - 1, int(found[2])


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
    (index, parts), place = part_of(shard), executors.place(executor)
    if place.together > 1 and together is None:
        raise ValueError(f"{executor} needs a trainer that stacks networks, and this sweep has none")

    store.tidy(records)
    by_key = {key_of(spec): spec for spec in wanted}
    mine = list(by_key.values())[index::parts]
    pending = [spec for spec in mine if not _is_sound(records, train, spec)]
    failures: list[str] = []
    cached = kept = len(mine) - len(pending)
    keep = partial(_keep, train, together if place.together > 1 else None, records)
    running = place.run(keep, _grouped(pending, place.together))
    with tqdm(total=len(mine), initial=cached, disable=not progress, unit="training") as bar, closing(running):
        bar.set_postfix_str(f"{cached} cached")
        try:
            for group, error in running:
                if isinstance(error, CannotKeep):
                    raise SweepFailed(f"stopped; {kept} of {len(mine)} trainings are kept: {error}") from error
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
    if failures:
        raise SweepFailed(f"{len(failures)} of {len(mine)} trainings failed:\n\n" + "\n".join(failures))
    missing = [spec for spec in by_key.values() if parts > 1 and not _is_sound(records, train, spec)]
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


def manifest_of_one_process(profile: str, specs: Sequence[Any], seconds: float, version: int) -> dict[str, Any]:
    """The same of a result that rests on no records of trainings: on what one process worked out, played or timed, and
    how many seconds it took.
    """
    return {
        "profile": profile,
        "specs": {key_of(spec): describe(spec) for spec in specs},
        "episodes": {key_of(spec): spec.episodes for spec in specs},
        "seconds": round(seconds, 1),
        "device": "cpu",
        "version": version,
        "trainers": {},
        **provenance.machine(),
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
    """Put specs together that differ in their seeds alone, or share what they call `alike`; at most so many."""
    if size == 1:
        return [(spec,) for spec in pending]
    alike: dict[str, list[Spec]] = {}
    for spec in pending:
        shared = spec.alike if hasattr(spec, "alike") else replace(spec, seed=0)  # type: ignore[type-var]
        alike.setdefault(key_of(shared), []).append(spec)
    return [tuple(same[i : i + size]) for same in alike.values() for i in range(0, len(same), size)]


def _keep(train: Train[Spec], together: TrainTogether[Spec] | None, records: Path, group: Group[Spec]) -> None:
    """Train a group as one program, on a GPU if there is one, or else its specs one after another; write the records.

    What another sweep has made meanwhile stays.
    """
    group = tuple(spec for spec in group if not _is_sound(records, train, spec))
    if not group:
        return
    device = "cuda" if together is not None and torch.cuda.is_available() else "cpu"
    began = time.perf_counter()
    made = _tried(lambda: [train(spec) for spec in group] if together is None else together(group, device))
    about = {
        "seconds": round((time.perf_counter() - began) / len(group), 2),
        "device": device,
        "trainer": list(declared(train)),
        **provenance.machine(),
    }
    for spec, arrays in zip(group, made, strict=True):
        key = key_of(spec)
        try:
            own = {name: value.numpy() for name, value in arrays.items()}
            store.write(records, key, own, {"specs": {key: describe(spec)}, **about})
        except OSError as error:
            raise CannotKeep(f"the record {key} cannot be written: {error.strerror or error}") from error


def _tried(make: Callable[[], Made]) -> Made:
    """What is made at the first trial, or else at the second."""
    with suppress(Exception):
        return make()
    return make()


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
