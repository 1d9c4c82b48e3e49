"""Exercises that ask for a program: solutions pass, stubs do not, and a wrong answer is told what is wrong with it."""

import ast
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import norm

from experiments.exercises import learning_not_to_learn, straight_lines, task_diversity
from experiments.exercises.check import Check, Report, WrongAnswer
from experiments.exercises.source import CELL, Exercise, definitions, exercises
from lib.optimal.discrete_prior import DiscreteBernoulli
from lib.optimal.explore_then_commit import ExploreThenCommit
from lib.optimal.one_armed import OneArmedProblem
from lib.runner.executed import chapters
from lib.tasks.fixed import FixedCoins
from lib.training.gradient_flow import strength

CHAPTERS = [chapter for chapter in chapters() if "{exercise-start}" in chapter.read_text()]
EVERY = {chapter.stem: exercises(chapter) for chapter in CHAPTERS}
PROGRAMS = {stem: next(each for each in every if each.stub) for stem, every in EVERY.items()}


def report(exercise: Exercise, code: str) -> Report:
    """What the check of an exercise says of a program."""
    names: dict[str, Any] = {"np": np, "norm": norm}
    exec(definitions(exercise.stub) + "\n\n" + definitions(code), names)
    check, function = re.findall(r"^(check_\w+)\((\w+)\)", exercise.stub, re.M)[-1]
    return names[check](names[function])


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.stem)
def test_a_chapter_has_exercises_of_every_kind_and_one_of_them_asks_for_a_program(chapter: Path) -> None:
    every = EVERY[chapter.stem]
    assert 4 <= len(every) <= 8
    assert [each.kind for each in every if each.stub] == ["Implement"]
    assert {each.kind for each in every} == {"Predict", "Derive", "Implement", "Extend"}
    assert all(each.solution.strip() and 5 <= each.minutes <= 60 for each in every)
    assert all("```{dropdown} Hint" in each.text for each in every if each.level == "hard")


@pytest.mark.parametrize("stem", PROGRAMS)
def test_a_solution_passes_and_a_stub_does_not(stem: str) -> None:
    exercise = PROGRAMS[stem]
    assert re.fullmatch(r"Right, on all \d+ inputs\.", report(exercise, exercise.code).words)
    stub = report(exercise, exercise.stub)
    assert not stub
    assert stub.words.startswith("Not written yet: ")
    assert "```{dropdown} Hint" in exercise.text


def imported(code: str) -> dict[str, str]:
    """What code takes from the book's own modules: names there, by names here."""
    every = (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.ImportFrom))
    own = (node for node in every if (node.module or "").partition(".")[0] in ("lib", "experiments"))
    return {each.asname or each.name: each.name for node in own for each in node.names}


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.stem)
def test_what_a_solution_takes_from_the_library_is_named_outside_it(chapter: Path) -> None:
    page = chapter.read_text()
    for exercise in EVERY[chapter.stem]:
        page = page.replace(exercise.solution, "")
    known = imported("\n".join(CELL.findall(page)))
    for exercise in EVERY[chapter.stem]:
        taken = imported(exercise.code)
        for node in ast.walk(ast.parse(exercise.code)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in known | taken:
                taken[node.attr] = node.attr
        unnamed = {name for name in taken.values() if not re.search(rf"\b{name}\b", page)}
        assert not unnamed, exercise.title


Replacements = Sequence[tuple[str, str]]
# Three wrong programs for each exercise: the solution of the chapter with something replaced, and a word of the report.
WRONG: dict[str, list[tuple[Replacements, str]]] = {
    "coins": [
        ([(" - flips", ""), ("np.arange(flips.shape[1])", "np.arange(1, flips.shape[1] + 1)")], "off by one in time"),
        ([(" - flips", "")], "flips only before it"),
        ([("axis=1", "axis=0"), ("np.arange(flips.shape[1])", "np.arange(len(flips))[:, None]")], "wrong axis"),
        ([("(a + heads) / (a + b + seen)", "(1 + heads) / (2 + seen)")], "same prior"),
        ([("(a + heads) / (a + b + seen)", "heads / seen")], "prior is missing"),
    ],
    "why-bayes": [
        ([("bayes * np.log(bayes / said)", "said * np.log(said / bayes)")], "wrong way round"),
        ([("kl.sum(axis=1).mean()", "kl.mean()")], "mean over steps"),
        ([("np.log(bayes / said)", "np.log2(bayes / said)")], "bits"),
    ],
    "machines": [
        (
            [
                ("outputs.append(machine.output[state, x])", "state = machine.transition[state, x]"),
                (
                    "state = machine.transition[state, x]\n    return",
                    "outputs.append(machine.output[state, x])\n    return",
                ),
            ],
            "off by one",
        ),
        ([("state = machine.transition[state, x]", "pass")], "never changes"),
        ([("return outputs", "return outputs[-1]")], "only the last"),
    ],
    "predict": [
        ([("seen - 1", "seen")], "jensen"),
        ([("- waits", ""), ("np.arange(waits.shape[1])", "np.arange(1, waits.shape[1] + 1)")], "off by one in time"),
        ([("(b + summed) / (a + seen - 1)", "summed / seen")], "prior is missing"),
    ],
    "becoming": [
        ([("curve >= bound", "curve < bound"), ("above[-1] + 1", "above[0]")], "not for good"),
        ([("episodes[first]", "first")], "place in the list"),
        ([("above[-1] + 1", "above[-1]")], "off by one"),
    ],
    "hood": [
        ([("np.ones((len(each), 1))", "np.zeros((len(each), 1))")], "constant is missing"),
        ([("with_one(others) @", "with_one(states) @")], "held-out"),
        ([("counts, rcond=None)[0]", "counts, rcond=None)[0] - counts.mean(axis=0)")], "did not put it back"),
    ],
    "memory": [
        ([("max(0, t - window):t", "max(0, t + 1 - window):t + 1")], "off by one in time"),
        ([("max(0, t - window):t", ":min(t, window)")], "first flips"),
        ([("seen.shape[1]", "window")], "before the window is full"),
    ],
    "acting": [
        ([("return max(worth)", "return sum(worth) / 2")], "tosses a coin"),
        ([("(1 + best_value(won, left - 1))", "best_value(won, left - 1)")], "reward of the pull itself"),
        ([("lost[arm + 1] += 1", "pass")], "failure does not enter"),
    ],
    "which-optimum": [
        ([("horizon=100", "horizon=1")], "one pull ahead"),
        ([("return low", "return a / (a + b)")], "posterior mean"),
        ([("- wage + discount *", "- wage + 1 *")], "discount is missing"),
    ],
    "learning-to-act": [
        ([("direction * to_come[..., None]", "direction * rewards[..., None]")], "own reward alone"),
        ([("[:, ::-1].cumsum(axis=1)[:, ::-1]", ".cumsum(axis=1)")], "wrong way through time"),
        ([("[actions] - policy", "[actions]")], "policy is missing"),
        ([(" / len(logits)", "")], "mean over them"),
    ],
    "acting-hood": [
        ([("(from_mixture(one) + from_mixture(other)) / 2", "from_mixture(one) + from_mixture(other)")], "twice"),
        ([("np.log(", "np.log2(")], "bits"),
        ([("return (from_mixture(one)", "return (one * np.log(one / other)).sum(axis=-1)\n    (1")], "kl divergence"),
    ],
    "straight-lines": [
        (
            [
                (
                    "first, second = (first + push * second, second + push * first)",
                    "first = first + push * second; second = second + 2 * rate * (value - first * second) * first",
                )
            ],
            "both at once",
        ),
        ([("np.array(strengths)", "np.array(strengths[1:])")], "before the first step"),
        ([("push = 2 * rate", "push = rate")], "half as long"),
    ],
    "wiggles": [
        ([("(f * g.conj()).real / abs(g) ** 2", "abs(f) / abs(g)")], "phase is missing"),
        ([("(f * g.conj()).real / abs(g) ** 2", "abs(f) ** 2 / abs(g) ** 2")], "ratio of powers"),
        ([("[..., k]", "[..., k - 1]")], "the wave before"),
        ([("[..., k]", "[..., k + 1]")], "the next wave"),
    ],
    "interference": [
        ([("kernel / np.outer(lengths, lengths)", "kernel")], "kernel itself"),
        ([("kernel / np.outer(lengths, lengths)", "np.corrcoef(gradients)")], "correlation"),
        ([("gradients @ gradients.T", "gradients.T @ gradients")], "wrong axis"),
    ],
    "outer-loop": [
        ([(" / s", "")], "strengths"),
        ([("np.diagonal(u.T @ found @ vt.T)", "np.linalg.svd(found)[1]")], "other directions"),
        ([("@ vt.T", "@ vt")], "transposed"),
    ],
    "worth-learning": [
        ([("max(0.0, p * good + (1 - p) * bad)", "p * good + (1 - p) * bad")], "nobody ever stops"),
        ([("bad = -1 +", "bad = 0 +")], "a failure costs 1"),
        ([("max(0.0, p * good + (1 - p) * bad)", "p * good + (1 - p) * bad if p > 0.5 else 0.0")], "learning included"),
    ],
    "learning-not-to-learn": [
        (
            [(" - rewards", ""), ("np.arange(rewards.shape[1])", "np.arange(1, rewards.shape[1] + 1)")],
            "off by one in time",
        ),
        ([("sigma_p ** (-2), sigma_l ** (-2)", "1 / sigma_p, 1 / sigma_l")], "variances"),
        ([("sigma_p ** (-2), sigma_l ** (-2)", "0.0, 1.0")], "prior is missing"),
    ],
    "lifetimes": [
        ([("np.where(shares > 0, shares, 1)", "shares")], "0 log 0"),
        ([("np.exp(-(shares * logs).sum(axis=1))", "-(shares * logs).sum(axis=1)")], "exponential"),
        ([("visits.sum(axis=1, keepdims=True)", "visits.sum()")], "wrong axis"),
    ],
    "nature-nurture": [
        ([("p = p * (1 - hazard) + (1 - p) * hazard", "pass")], "never switches"),
        ([("beliefs.append(p)", "pass"), ("(1 - p) * hazard", "(1 - p) * hazard; beliefs.append(p)")], "in "),
        ([("+ (1 - p) * hazard", "")], "become good again"),
    ],
    "belief": [
        ([("joint / joint.sum()", "joint")], "not normalised"),
        ([("belief @ transitions", "transitions @ belief")], "wrong axis"),
        ([("(belief @ transitions) *", "belief *"), ("belief @ transitions *", "belief *")], "does not move"),
    ],
    "switching": [
        ([("likelihood *= w.sum()", "likelihood = w.sum()")], "last toss"),
        ([("np.array(likelihoods) / sum(likelihoods)", "np.array(likelihoods)")], "not normalised"),
        ([("(1 - hazard) * w", "w")], "1 - hazard"),
    ],
    "task-diversity": [
        ([(" / weights.sum()", "")], "not normalised"),
        ([(" * (1 - biases) ** tails", "")], "tails are evidence"),
        ([("(weights * biases).sum() / weights.sum()", "biases[weights.argmax()]")], "most likely coin"),
    ],
    "prompts": [
        ([("int(kl.argmin())", "round(bias * length)")], "prior is missing"),
        ([("kl.argmin()", "kl[:-1].argmin()")], "heads alone"),
        ([("kl.argmin()", "abs(says - bias).argmin()")], "nearest probability"),
    ],
    "another-machine": [
        ([("[np.log(alpha.sum())]", "[0.0]")], "as much attention as a throw"),
        ([("[np.log(alpha.sum())]", "[alpha.sum()]")], "exponential"),
        ([("[alpha / alpha.sum()]", "[np.ones(len(alpha)) / len(alpha)]")], "fair die"),
    ],
    "verdicts": [
        ([("np.mean(holds == verdict)", "np.mean(holds)")], "how often the finding holds"),
        ([("axis=1", "axis=0")], "wrong axis"),
        ([("np.median", "np.mean")], "median"),
    ],
}


def test_every_program_is_answered_wrongly_in_three_ways() -> None:
    assert set(WRONG) == set(PROGRAMS)
    assert all(len(wrong) >= 3 for wrong in WRONG.values())


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("stem", WRONG)
def test_a_wrong_answer_gets_the_right_words(stem: str) -> None:
    exercise = PROGRAMS[stem]
    for replacements, word in WRONG[stem]:
        code = definitions(exercise.code)
        for old, new in replacements:
            code = code.replace(old, new)
        assert code != definitions(exercise.code), replacements
        said = report(exercise, code)
        assert not said, replacements
        assert word in said.words.lower(), said


def test_a_mistake_has_words_of_its_own() -> None:
    """No two mistakes of a check look alike on all of its inputs, and none looks right; a program may fail in any."""
    for exercise in PROGRAMS.values():
        names: dict[str, Any] = {}
        exec(definitions(exercise.stub), names)
        (check,) = (each for each in names.values() if isinstance(each, Check))
        assert check(check.right), exercise.title
        for mistake, words in check.mistakes:
            assert check(mistake).words == words
        assert check(lambda *each: 1 / 0).words.startswith("It fails with ZeroDivisionError"), exercise.title


double = Check(lambda x: 2 * x, [(np.array([1.0, 2.0]),), (np.array([3.0]),)], [(lambda x: x, "That is x.")])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x: None, "It returns nothing: is there a `return`?"),
        (lambda x: "two", "It returns a str that is not an array of numbers."),
        (lambda x: 2 * x + 1j, "It returns complex numbers, where real ones are asked for."),
        (lambda x: x.nothing, "It fails with AttributeError"),
        (lambda x: x.sum(), "It returns numbers of shape (), where (2,) is asked for, at x of shape (2,)."),
        (lambda x: x / 0 * 0, "It returns NaN at x of shape (2,)."),
        (lambda x: 2 * x - 1, "Too small in 2 of 2 numbers at x of shape (2,), and wrong on 2 of 2 inputs."),
        (lambda x: 2 * x + (len(x) == 1), "Too large at x of shape (1,), and wrong on 1 of 2 inputs."),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_an_answer_that_is_wrong_in_its_own_way_is_described(answer: Callable[..., Any], words: str) -> None:
    assert double(answer).words.startswith(words)


def test_a_grader_gets_an_error_with_the_words() -> None:
    double(lambda x: x + x).or_raise()
    double(lambda x: (2 + 0j) * x).or_raise()  # real but for its type
    with pytest.raises(WrongAnswer, match=r"^That is x\.$"):
        double(lambda x: x).or_raise()


def test_an_answer_may_change_what_it_is_given() -> None:
    def answer(x: Any) -> Any:
        x *= 2
        return x

    assert double(answer)
    assert double(answer)


def test_one_mode_follows_the_closed_form_of_its_flow() -> None:
    found = straight_lines.check_descend.right(0.1, 0.1, 2.0, 1e-3, 2_000)
    assert np.abs(found - strength(np.arange(2_001), 2.0, 1e-3, 1e-9, start=0.01)).max() < 0.01


def test_the_box_of_coins_is_the_discrete_bayesian() -> None:
    machine = DiscreteBernoulli(FixedCoins(tasks=5))
    says = machine.says(torch.tensor([[4.0, 2.0]], dtype=torch.float64)).sigmoid().item()
    assert task_diversity.check_from_the_box.right(machine.prior.biases.double().numpy(), 4, 2) == pytest.approx(says)


def test_what_is_believed_of_an_arm_is_what_its_optimum_believes() -> None:
    player = ExploreThenCommit(OneArmedProblem(0.7, 1.3, 10), 3)
    rewards = np.array([[0.4, -1.2, 2.0, 0.1]])
    number, summed = torch.arange(4).double(), torch.tensor([0.0, 0.4, -0.8, 1.2], dtype=torch.float64)
    found = learning_not_to_learn.check_posterior_mean.right(-1.0, 0.7, 1.3, rewards)[0]
    assert found == pytest.approx(player.believes(number, summed).numpy())
