/* Dynamic programming over two Bernoulli arms, for all parts that need the best player: lib/optimal/bandit_dp_bernoulli.py in the page. */
"use strict";

(function (book) {
  const TIE = 1e-9; // as in lib/optimal/bandit_agent.py

  /** The probability of the first arm, by how much more it is worth: the better one, either at a tie. */
  const greedy = (lead) => (lead > TIE ? 1 : lead < -TIE ? 0 : 0.5);

  /** Two arms from Beta(a, b), so many pulls, and how much more the first arm is worth than the second in every state, to a player that
   *  pulls by a policy. A state is successes and failures of the first arm, then of the second; `lead` has it at its place.
   */
  class BernoulliArms {
    /** @param policy the probability of the first arm, by its lead. */
    constructor(a, b, steps, policy = greedy) {
      Object.assign(this, { a, b, steps, base: steps + 1 });
      this.lead = new Float64Array(this.base ** 4);
      const values = new Float64Array(this.base ** 4);
      for (let seen = steps - 1; seen >= 0; seen--) {
        this.everywhere(seen, (at, counts) => {
          const [one, other] = [0, 1].map((arm) => {
            const p = this.mean(counts, arm);
            const [won, lost] = this.after(at, arm);
            return p * (1 + values[won]) + (1 - p) * values[lost];
          });
          this.lead[at] = one - other;
          values[at] = other + policy(one - other) * (one - other);
        });
      }
      this.earns = values[0];
    }

    /** All states after so many pulls. */
    everywhere(seen, act) {
      for (let s = 0; s <= seen; s++) {
        for (let f = 0; s + f <= seen; f++) {
          for (let won = 0; s + f + won <= seen; won++) {
            const counts = [s, f, won, seen - s - f - won];
            act(this.place(counts), counts);
          }
        }
      }
    }

    place(counts) {
      return counts.reduce((place, count) => place * this.base + count, 0);
    }

    mean(counts, arm) {
      const [won, lost] = [counts[2 * arm], counts[2 * arm + 1]];
      return (this.a + won) / (this.a + this.b + won + lost);
    }

    /** The states after a pull that paid, and one that did not. */
    after(at, arm) {
      return [3, 2].map((power) => at + this.base ** (power - 2 * arm));
    }
  }

  book.arms = { BernoulliArms, greedy, TIE };
})(window.LearningToInfer);
