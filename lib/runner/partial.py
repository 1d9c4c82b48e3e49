"""Trainings of a run that is not finished, kept with the results until it is: a long run can go on on another machine.

A record is small where a network is measured and its weights thrown away. The records of such a run so far are packed
into one pair of files; `experiments.command` unpacks them before it trains what is missing, and removes the pack when
the run is done.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lib.runner import store
from lib.runner.sweep import RECORDS
from lib.spec import key_of

UNFINISHED = store.RESULTS / "unfinished"
LARGEST = 10_000_000  # bytes: what a file among the results may have
SHARED = ("versions",)  # parts of a manifest that most records have in common


def pack(name: str, wanted: Iterable[Any], records: Path = RECORDS, folder: Path = UNFINISHED) -> int:
    """Pack the records that there are of these specs, and return how many.

    Raises:
        ValueError: if there are none, or they are too large to be kept with the results.
        store.Damaged: if one of them is damaged.
    """
    arrays: dict[str, Any] = {}
    manifests: dict[str, dict[str, Any]] = {}
    for key in dict.fromkeys(map(key_of, wanted)):
        try:
            own, manifest = store.read(records, key)
        except store.Missing:
            continue
        arrays |= {f"{key}/{array}": values for array, values in own.items()}
        manifests[key] = manifest
    if not manifests:
        raise ValueError(f"{name} has no trainings to keep")
    size = sum(values.nbytes for values in arrays.values())
    if size > LARGEST:
        raise ValueError(f"the trainings of {name} are {size:,} bytes; at most {LARGEST:,} are kept with the results")
    common: dict[str, list[Any]] = {part: [] for part in SHARED}
    for manifest in manifests.values():
        for part, seen in common.items():
            if manifest[part] not in seen:
                seen.append(manifest[part])
            manifest[part] = seen.index(manifest[part])
    store.write(folder, name, arrays, {"run": name, "records": manifests, **common})
    return len(manifests)


def unpack(name: str, records: Path = RECORDS, folder: Path = UNFINISHED) -> int:
    """Put the packed records of a run where a sweep looks for them, unless they are there; return how many were put.

    Raises:
        store.Damaged: if the pack is damaged.
    """
    try:
        arrays, about = store.read(folder, name)
    except store.Missing:
        return 0
    by_key: dict[str, dict[str, Any]] = {key: {} for key in about["records"]}
    for array, values in arrays.items():
        key, _, name_in_record = array.partition("/")
        by_key[key][name_in_record] = values
    missing = {key: own for key, own in by_key.items() if not (records / f"{key}.json").is_file()}
    for key, own in missing.items():
        manifest = about["records"][key]
        shared = {part: about[part][manifest[part]] for part in SHARED}
        store.write(records, key, own, {**manifest, **shared})
    return len(missing)


def count(name: str, folder: Path = UNFINISHED) -> int:
    """How many records are packed.

    Raises:
        store.Damaged: if the pack is damaged.
    """
    try:
        return len(store.read(folder, name)[1]["records"])
    except store.Missing:
        return 0


def remove(name: str, folder: Path = UNFINISHED) -> None:
    """Remove the pack of a run that is done."""
    for suffix in (".json", ".safetensors"):
        (folder / name).with_suffix(suffix).unlink(missing_ok=True)
