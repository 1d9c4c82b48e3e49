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


ASKED = re.compile(r"^````\{dropdown\} (Before you .+\?)\n(.*?)^````$", re.M | re.S)


def test_a_question_before_a_live_part_answers_every_choice_and_one_is_right() -> None:
    asked = {chapter.stem: found for chapter in chapters() if (found := ASKED.findall(chapter.read_text()))}
    assert len(asked) >= 6
    for chapter, questions in asked.items():
        for question, choices in questions:
            answers = re.findall(r"^```\{dropdown\} .+\n(.+)\n```$", choices, re.M)
            assert len(answers) >= 3, f"{chapter}: {question}"
            assert all(len(answer) > 60 for answer in answers), f"{chapter}: {question}"
            said = [answer.split()[0].strip(".,") for answer in answers]
            assert sorted(said) == ["No"] * (len(said) - 1) + ["Yes"], f"{chapter}: {question}"
