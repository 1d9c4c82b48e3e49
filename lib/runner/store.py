"""Results on disk: arrays in one `.safetensors` file, everything about them in one `.json` manifest beside it.

The manifest is written last and names the hash of the data and its own, so a pair counts only when it is whole. A
record (one training, under `_build/records`) and a result (what a chapter shows, under `results`) are kept alike.
"""

import hashlib
import json
import os
import platform
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch
import xarray as xr
from safetensors.numpy import load as parse_arrays
from safetensors.numpy import save as pack_arrays

from lib.checkpoints import weights_at
from lib.runner import provenance
from lib.spec import key_of

RESULTS = provenance.ROOT / "results"
BUILD = provenance.ROOT / "_build"
SUFFIXES = (".safetensors", ".json")  # the manifest last, so that a pair counts only when it is whole
NOT_RECORDED = "not recorded"  # the processor, before 0.7.0
SEAL = "sha256_of_the_rest"  # of a manifest; records had none before 0.7.0


class Missing(FileNotFoundError):
    """There is no such record or result."""


class Damaged(ValueError):
    """A record or result is not what was written."""


def write(folder: Path, name: str, arrays: Mapping[str, np.ndarray], manifest: Mapping[str, Any]) -> None:
    """Write a pair, whole or not at all; an older pair of this name stays until the new one is on the disk."""
    data = pack_arrays({key: np.asarray(value, order="C") for key, value in arrays.items()})
    text = readable(sealed({**manifest, "sha256": hashlib.sha256(data).hexdigest()}))
    for suffix, content in zip(SUFFIXES, (data, text.encode()), strict=True):
        replace(folder / f"{name}{suffix}", content)


def copy(name: str, source: Path, target: Path) -> None:
    """Copy a pair to another folder."""
    for suffix in SUFFIXES:
        replace(target / f"{name}{suffix}", (source / f"{name}{suffix}").read_bytes())


def readable(content: Any) -> str:
    """JSON for people: indented and sorted, a list of plain values on one line."""
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return re.sub(r"\[[^\[\]{}]*\]", lambda found: re.sub(r"\s*\n\s*", " ", found.group()), text) + "\n"


def sealed(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """A manifest with the hash of all that it says."""
    rest = {name: said for name, said in manifest.items() if name != SEAL}
    return {**rest, SEAL: hashlib.sha256(readable(rest).encode()).hexdigest()}


def replace(path: Path, content: bytes) -> None:
    """Write a file under a temporary name, flush it to the disk, then give it its own name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = f"{platform.node()}.{os.getpid()}"
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=f".{writer}.tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def tidy(folder: Path) -> None:
    """Remove the temporary files of writers on this machine that were killed while they wrote."""
    for file in folder.glob(f".*.{platform.node()}.*.tmp"):
        pid = file.suffixes[-2].removeprefix(".")
        if pid.isdecimal() and not psutil.pid_exists(int(pid)):
            file.unlink(missing_ok=True)


def read(folder: Path, name: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read a pair and check it.

    Raises:
        Missing: if one half is not there.
        Damaged: if the manifest cannot be read, or the data is not what it names.
    """
    data_file, manifest_file = folder / f"{name}.safetensors", folder / f"{name}.json"
    for file in (manifest_file, data_file):
        if not file.is_file():
            raise Missing(f"{file.name} is not in {_shown(folder)}")
    try:
        manifest = json.loads(manifest_file.read_bytes())
        expected = manifest["sha256"]
        if SEAL in manifest and manifest != sealed(manifest):
            raise ValueError("it does not say what was written")
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged(f"{manifest_file.name} in {_shown(folder)} is not a manifest ({error!r})") from error
    data = data_file.read_bytes()
    if hashlib.sha256(data).hexdigest() != expected:
        raise Damaged(f"{data_file.name} in {_shown(folder)} is damaged: its contents are not those its manifest names")
    return parse_arrays(data), manifest


@dataclass(frozen=True)
class Result:
    """What a run made.

    Attributes:
        name: the run.
        data: measurements, with named axes; each variable has `units` and a `long_name` (CF conventions).
        manifest: profile, specs, episodes, seconds, device, processor, versions of programs, trainers and measurement.
    """

    name: str
    data: xr.Dataset
    manifest: Mapping[str, Any]
    _weights: Mapping[str, np.ndarray]

    @property
    def profile(self) -> str:
        """The size of the run: smoke, laptop or paper."""
        return str(self.manifest["profile"])

    @property
    def processor(self) -> str:
        """What it was made on, in words."""
        return str(self.manifest.get("processor", NOT_RECORDED))

    @property
    def made_by(self) -> str:
        """The versions of the measurement and of the trainers behind it, in words."""
        trainers = [f"{name} {version}" for name, version in sorted(self.manifest["trainers"].items())]
        return ", ".join([f"measurement {self.manifest['version']}", *trainers])

    @property
    def source(self) -> str:
        """One line for under a figure: run, profile, networks, episodes."""
        episodes = sorted(set(self.manifest["episodes"].values()))
        seen = f"{episodes[0]:,}" if len(episodes) == 1 else f"{episodes[0]:,} to {episodes[-1]:,}"
        return f"Run {self.name}, {self.profile} profile: {len(self.manifest['specs'])} networks, {seen} episodes each"

    def split(self, variable: str, axis: str) -> dict[str, np.ndarray]:
        """A variable's values, one array for each place along an axis."""
        values = self.data[variable]
        return {str(place): values.sel({axis: place}).values for place in self.data[axis].values}

    def weights(self, key: str, checkpoint: int) -> dict[str, torch.Tensor]:
        """The parameters of one network at one checkpoint.

        Raises:
            KeyError: if these weights were not shipped.
        """
        return weights_at(self._weights, f"{key}/{checkpoint}")

    def weights_of(self, spec: Any, checkpoint: int) -> dict[str, torch.Tensor]:
        """The parameters, at one checkpoint, of the network that a spec describes.

        Raises:
            KeyError: if this result is not about that network, or its weights were not shipped.
        """
        key = key_of(spec)
        if key not in self.manifest["specs"]:
            raise KeyError(f"the result {self.name} knows no network of {spec}")
        return self.weights(key, checkpoint)

    def arrays(self, prefix: str) -> dict[str, np.ndarray]:
        """Other arrays that were shipped with the weights, under a common prefix, by the rest of their names.

        Raises:
            KeyError: if there are none.
        """
        found = {n.removeprefix(f"{prefix}/"): a for n, a in self._weights.items() if n.startswith(f"{prefix}/")}
        if not found:
            raise KeyError(f"the result {self.name} holds no arrays under {prefix}")
        return found


def variable(
    dims: Sequence[str], values: Any, units: str, long_name: str
) -> tuple[Sequence[str], np.ndarray, dict[str, str]]:
    """One variable of a result, in single precision, with what `save` asks of it."""
    array = np.asarray(values)
    return (
        dims,
        array.astype(np.float32) if array.dtype.kind == "f" else array,
        {"units": units, "long_name": long_name},
    )


def save(
    name: str,
    data: xr.Dataset,
    manifest: Mapping[str, Any],
    weights: Mapping[str, np.ndarray] | None = None,
    folder: Path = RESULTS,
) -> None:
    """Write a result.

    Raises:
        ValueError: if a variable has no units or no long_name, or holds numbers that are not finite.
    """
    described: dict[str, Any] = {}
    arrays: dict[str, np.ndarray] = {}
    for variable in data.data_vars:
        values = data[variable]
        if not {"units", "long_name"} <= values.attrs.keys():
            raise ValueError(f"{variable} must have units and a long_name")
        described[str(variable)] = {"dims": list(values.dims), **values.attrs}
        if values.dtype.kind in "fiub":
            if not np.isfinite(values.values).all():
                raise ValueError(f"{variable} holds numbers that are not finite")
            arrays[f"data/{variable}"] = values.values
        else:
            described[str(variable)]["values"] = values.values.tolist()
    coords = {str(axis): data[axis].values.tolist() for axis in data.coords}
    arrays |= {f"weights/{key}": value for key, value in (weights or {}).items()}
    about = {"processor": provenance.processor(), **manifest}
    write(folder, name, arrays, {**about, "run": name, "data": described, "coords": coords})


def load(name: str, folder: Path = RESULTS) -> Result:
    """Read a result; refuse it when it is not what the run wrote.

    Raises:
        Missing, Damaged: with the command that makes the result again.
        ValueError: if the name could not be that of a run.
    """
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise ValueError(f"{name!r} cannot name a run: lower-case letters, digits and hyphens are allowed")
    try:
        arrays, manifest = read(folder, name)
        if SEAL not in manifest:
            raise Damaged(f"{name}.json in {_shown(folder)} is damaged: it does not name its own hash")
        if manifest.get("run") != name:
            raise Damaged(f"{name}.json in {_shown(folder)} belongs to the run {manifest.get('run')!r}")
        variables = {
            variable: (about.pop("dims"), about.pop("values", arrays.get(f"data/{variable}")), about)
            for variable, about in ((name, dict(said)) for name, said in manifest["data"].items())
        }
    except (Missing, Damaged) as error:
        raise type(error)(f"{error}. Make it again: make results RUN={name} PROFILE=laptop") from error
    weights = {key.removeprefix("weights/"): value for key, value in arrays.items() if key.startswith("weights/")}
    return Result(name, xr.Dataset(variables, manifest["coords"]), manifest, weights)


def _shown(folder: Path) -> str:
    """A folder as a reader knows it: relative to the project where that is possible."""
    return folder.relative_to(provenance.ROOT).as_posix() if folder.is_relative_to(provenance.ROOT) else folder.name
