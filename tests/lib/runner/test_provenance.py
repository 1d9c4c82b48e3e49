"""What a number was made with."""

from pathlib import Path

import pytest

from lib.runner import provenance


@pytest.mark.parametrize(
    ("said", "model"),
    [
        ("processor\t: 0\nmodel name\t: Fast 9000: two\nflags\t: fpu\n", "Fast 9000: two"),
        ("processor\t: 0\nmodel name\t: \nflags\t: fpu\n", "strong arm"),
        ("processor\t: 0\nCPU part\t: 0xd0c\n", "strong arm"),
    ],
)
def test_the_model_is_what_linux_says_or_else_the_architecture(
    said: str, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provenance.sys, "platform", "linux")
    monkeypatch.setattr(provenance.platform, "processor", lambda: "")
    monkeypatch.setattr(provenance.platform, "machine", lambda: "strong arm")
    file = tmp_path / "cpuinfo"
    file.write_text(said)
    assert provenance._model(file) == model


def test_without_cpuinfo_the_platform_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance.sys, "platform", "win32")
    monkeypatch.setattr(provenance.platform, "processor", lambda: "AMD64 Family 25")
    assert provenance._model(tmp_path / "none") == "AMD64 Family 25"
