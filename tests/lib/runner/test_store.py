"""Results on disk: whole, checked, and honest about their age."""

import errno
import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from lib.runner import provenance, store
from lib.spec import describe, key_of, tagged

MANIFEST = {"profile": "smoke", "specs": {"k": {}}, "episodes": {"k": 128}, "versions": {}, "seconds": 1.0}


def small() -> xr.Dataset:
    return xr.Dataset(
        {
            "kl": (("run", "step"), np.arange(6.0).reshape(2, 3), {"units": "nats", "long_name": "a divergence"}),
            "network": (("run",), ["k", "l"], {"units": "", "long_name": "keys"}),
        },
        coords={"run": [0, 1], "step": [1, 2, 3]},
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    weights = {"k/10/encoder.weight": np.ones((3, 2), dtype=np.float32)}
    store.save("sums", small(), MANIFEST, weights, tmp_path)
    return tmp_path


def test_what_is_saved_is_loaded(folder: Path) -> None:
    result = store.load("sums", folder)
    xr.testing.assert_identical(result.data, small())
    assert result.weights("k", 10)["encoder.weight"].shape == (3, 2)
    assert result.source == "Run sums, smoke profile: 1 networks, 128 episodes each"
    assert {place: values.tolist() for place, values in result.split("kl", "run").items()} == {
        "0": [0, 1, 2],
        "1": [3, 4, 5],
    }
    with pytest.raises(KeyError, match="no weights at k/20; there are weights at k/10"):
        result.weights("k", 20)


@tagged("Coin")
@dataclass(frozen=True)
class Coin:
    """A spec, as small as can be."""

    seed: int


def test_a_network_is_found_by_its_spec(tmp_path: Path) -> None:
    key = key_of(Coin(1))
    weights = {f"{key}/10/encoder.weight": np.full((3, 2), 7.0), f"{key}/20/encoder.weight": np.full((3, 2), 8.0)}
    store.save("sums", small(), {**MANIFEST, "specs": {key: describe(Coin(1))}}, weights, tmp_path)
    result = store.load("sums", tmp_path)
    assert result.weights_of(Coin(1), 20)["encoder.weight"].unique().tolist() == [8]
    with pytest.raises(KeyError, match=r"the result sums knows no network of Coin\(seed=2\)"):
        result.weights_of(Coin(2), 20)
    with pytest.raises(KeyError, match=f"no weights at {key}/30; there are weights at {key}/10, {key}/20"):
        result.weights_of(Coin(1), 30)


def test_other_arrays_are_found_by_their_prefix(tmp_path: Path) -> None:
    shipped = {"die 1, 1/there/mean": np.ones(2), "die 1, 1/there/w": np.zeros((2, 1)), "die 1, 1/thereby": np.ones(9)}
    store.save("sums", small(), MANIFEST, shipped, tmp_path)
    result = store.load("sums", tmp_path)
    found = result.arrays("die 1, 1/there")
    assert {name: array.tolist() for name, array in found.items()} == {"mean": [1, 1], "w": [[0], [0]]}
    assert set(result.arrays("die 1, 1")) == {"there/mean", "there/w", "thereby"}
    with pytest.raises(KeyError, match="the result sums holds no arrays under die 1"):
        result.arrays("die 1")


def test_a_variable_is_in_single_precision_and_says_what_it_is(tmp_path: Path) -> None:
    data = xr.Dataset(
        {
            "kl": store.variable(("run",), [0.1, 0.2], "nats", "a divergence"),
            "side": store.variable(("run",), np.array([1, 2]), "", "a count"),
            "held": store.variable(("run",), [True, False], "", "a fact"),
            "network": store.variable(("run",), ["k", "l"], "", "keys"),
        },
        coords={"run": [0, 1]},
    )
    assert [data[name].dtype.kind for name in ("kl", "side", "held", "network")] == ["f", "i", "b", "U"]
    assert data.kl.dtype == np.float32
    assert data.kl.attrs == {"units": "nats", "long_name": "a divergence"}
    store.save("sums", data, MANIFEST, folder=tmp_path)
    xr.testing.assert_identical(store.load("sums", tmp_path).data, data)


def test_a_single_number_stays_one(tmp_path: Path) -> None:
    store.write(tmp_path, "record", {"total": np.array(3.5, dtype=np.float32), "one": np.ones(1)}, {})
    arrays, _ = store.read(tmp_path, "record")
    assert (arrays["total"].shape, arrays["one"].shape) == ((), (1,))
    assert arrays["total"] == 3.5
    data = xr.Dataset({"kl": store.variable((), 0.25, "nats", "a divergence")})
    store.save("sums", data, MANIFEST, folder=tmp_path)
    loaded = store.load("sums", tmp_path).data
    assert loaded.kl.shape == ()
    xr.testing.assert_identical(loaded, data)


def test_arrays_that_lie_otherwise_in_memory_are_written_as_they_read(tmp_path: Path) -> None:
    across = np.arange(6.0).reshape(2, 3).T
    store.write(tmp_path, "record", {"across": across, "every other": np.arange(6.0)[::2]}, {})
    arrays, _ = store.read(tmp_path, "record")
    np.testing.assert_array_equal(arrays["across"], across)
    assert arrays["every other"].tolist() == [0, 2, 4]


def test_the_same_content_gives_the_same_bytes(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    store.save("sums", small(), MANIFEST, {"k/10/encoder.weight": np.ones((3, 2), dtype=np.float32)}, other)
    for file in ("sums.json", "sums.safetensors"):
        assert (folder / file).read_bytes() == (other / file).read_bytes()


@pytest.mark.parametrize("place", [0, 100, -1])
def test_a_flipped_byte_is_refused_by_name_with_the_remedy(folder: Path, place: int) -> None:
    file = folder / "sums.safetensors"
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
    with pytest.raises(store.Damaged, match=r"sums.safetensors .* damaged.*make results RUN=sums PROFILE=laptop"):
        store.load("sums", folder)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}"])
def test_a_broken_manifest_is_refused_by_name(folder: Path, content: str) -> None:
    (folder / "sums.json").write_text(content)
    with pytest.raises(store.Damaged, match=r"sums.json .* is not a manifest"):
        store.load("sums", folder)


@pytest.mark.parametrize("place", range(10))
def test_a_flipped_bit_of_a_manifest_is_refused_by_name_with_the_remedy(folder: Path, place: int) -> None:
    file = folder / "sums.json"
    content = bytearray(file.read_bytes())
    content[len(content) * place // 10] ^= 1
    file.write_bytes(content)
    with pytest.raises(store.Damaged, match=r"sums.json .*make results RUN=sums PROFILE=laptop"):
        store.load("sums", folder)


def test_a_manifest_must_name_its_own_hash(folder: Path) -> None:
    file = folder / "sums.json"
    bare = {name: said for name, said in json.loads(file.read_bytes()).items() if name != store.SEAL}
    file.write_text(json.dumps(bare))
    with pytest.raises(store.Damaged, match="does not name its own hash"):
        store.load("sums", folder)


def test_a_result_says_its_processor_or_that_it_does_not_know(folder: Path) -> None:
    result = store.load("sums", folder)
    assert result.processor == provenance.processor()
    older = {name: said for name, said in result.manifest.items() if name != "processor"}
    (folder / "sums.json").write_text(json.dumps(store.sealed(older)))
    assert store.load("sums", folder).processor == "not recorded"


def test_a_missing_half_is_named_with_the_remedy(folder: Path) -> None:
    (folder / "sums.safetensors").unlink()
    with pytest.raises(store.Missing, match=r"sums.safetensors is not in .*make results RUN=sums"):
        store.load("sums", folder)
    with pytest.raises(store.Missing, match=r"nothing\.json is not in"):
        store.load("nothing", folder)


def test_a_result_of_another_run_is_refused(folder: Path) -> None:
    for kind in ("json", "safetensors"):
        (folder / f"sums.{kind}").rename(folder / f"other.{kind}")
    with pytest.raises(store.Damaged, match="belongs to the run 'sums'"):
        store.load("other", folder)
    with pytest.raises(ValueError, match="cannot name a run"):
        store.load("../sums", folder)


def test_nothing_half_written_is_left_when_the_disk_is_full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {file.name: file.read_bytes() for file in folder.iterdir()}

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store.save("sums", small().drop_vars("network"), {**MANIFEST, "profile": "paper"}, folder=folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_only_the_leftovers_of_the_dead_are_tidied_away(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    here = platform.node()
    for writer in (f"{here}.{dead.pid}", f"{here}.{os.getpid()}", f"elsewhere.{dead.pid}"):
        (tmp_path / f".sums.json.xyz.{writer}.tmp").touch()
    store.tidy(tmp_path)
    left = sorted(file.name for file in tmp_path.iterdir())
    assert left == sorted([f".sums.json.xyz.{here}.{os.getpid()}.tmp", f".sums.json.xyz.elsewhere.{dead.pid}.tmp"])


def test_measurements_must_say_what_they_are(tmp_path: Path) -> None:
    data = small()
    data.kl.attrs.pop("units")
    with pytest.raises(ValueError, match="kl must have units"):
        store.save("sums", data, MANIFEST, folder=tmp_path)
    data = small()
    data.kl[0, 0] = np.nan
    with pytest.raises(ValueError, match="kl holds numbers that are not finite"):
        store.save("sums", data, MANIFEST, folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_manifests_are_for_people() -> None:
    text = store.readable({"b": [1, 2, 3], "a": {"x": ["H", "T"]}})
    assert text == '{\n "a": {\n  "x": [ "H", "T" ]\n },\n "b": [ 1, 2, 3 ]\n}\n'
    assert json.loads(text) == {"b": [1, 2, 3], "a": {"x": ["H", "T"]}}


def test_what_ships_is_small_and_whole() -> None:
    files = list(store.RESULTS.iterdir())
    assert sum(file.stat().st_size for file in files) < 60e6
    assert max(file.stat().st_size for file in files) < 10e6
    for manifest in store.RESULTS.glob("*.json"):
        if manifest.stem not in ("faults", "ledger", "replications"):
            assert store.load(manifest.stem).profile != "smoke"
