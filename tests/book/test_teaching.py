"""A course made of this book leaves nothing out."""

import re

from lib.runner.executed import chapters
from lib.runner.provenance import ROOT

COURSE = (ROOT / "book" / "teaching.md").read_text()


def test_every_exercise_is_handed_out_once_and_under_its_name() -> None:
    found = [
        (title, label)
        for chapter in chapters()
        for title, label in re.findall(r"{exercise-start} (.+)\n:label: (\S+)", chapter.read_text())
    ]
    assert len(found) > 50
    handed_out = re.findall(r"{ref}`([^<]+) <(ex-[^>]+)>`", COURSE)
    assert sorted(handed_out) == sorted(found)


def test_every_chapter_with_exercises_is_read() -> None:
    read = set(re.findall(r"\[\]\((\S+)\.md\)", COURSE[COURSE.index("## A term") : COURSE.index("## Projects")]))
    assert {chapter.stem for chapter in chapters() if "{exercise-start}" in chapter.read_text()} <= read
