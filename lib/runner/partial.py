"""Records of a run that is not finished, kept with the results until it is: a long run can go on on another machine.

A record is small where a network is measured and its weights thrown away. Those of a run so far go into one archive;
`experiments.command` unpacks it before it trains what is missing, and removes it when the run is done.
"""

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lib.runner import store
from lib.runner.sweep import RECORDS
from lib.spec import key_of

UNFINISHED = store.RESULTS / "unfinished"
LARGEST = 10_000_000  # bytes: what a file among the results may have


def archive(name: str, folder: Path = UNFINISHED) -> Path:
    """The file in which the records of a run are kept."""
    return folder / f"{name}.zip"


def pack(name: str, wanted: Iterable[Any], records: Path = RECORDS, folder: Path = UNFINISHED) -> int:
    """Keep the records that there are of these specs, and return how many.

    Raises:
        ValueError: if there are none, or they are too large to be kept with the results.
        store.Damaged: if one of them is damaged.
    """
    store.tidy(folder)
    content, count = io.BytesIO(), 0
    with zipfile.ZipFile(content, "w") as file:
        for key in dict.fromkeys(map(key_of, wanted)):
            try:
                store.read(records, key)
            except store.Missing:
                continue
            count += 1
            for suffix in store.SUFFIXES:
                file.write(records / f"{key}{suffix}", f"{key}{suffix}")
    size = content.tell()
    if not count:
        raise ValueError(f"{name} has no trainings to keep")
    if size > LARGEST:
        raise ValueError(f"the trainings of {name} are {size:,} bytes; at most {LARGEST:,} are kept with the results")
    store.replace(archive(name, folder), content.getvalue())
    return count


def unpack(name: str, records: Path = RECORDS, folder: Path = UNFINISHED) -> int:
    """Put the kept records of a run where a sweep looks for them, unless they are there; return how many were put.

    Raises:
        store.Damaged: if the archive is damaged.
    """
    path = archive(name, folder)
    if not path.is_file():
        return 0
    try:
        with zipfile.ZipFile(path) as file:
            files = {entry: file.read(entry) for entry in file.namelist()}
    except zipfile.BadZipFile as error:
        raise store.Damaged(f"{path.name} is damaged: {error}") from error
    missing = [entry for entry in files if not (records / entry).is_file()]
    for entry in missing:
        store.replace(records / Path(entry).name, files[entry])
    return sum(entry.endswith(store.SUFFIXES[-1]) for entry in missing)
