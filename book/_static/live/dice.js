/* The die bench: throw 1, 2 or 3, or let a hidden die be thrown; a network and a Bayesian answer. See experiments/prediction/widget.py for
   the data. */
"use strict";

(function (book) {
  const { RecurrentAgent, DirichletCategorical } = book.machines;
  const { softmax } = book.arithmetic;
  const { element, drawing, row, table, predictionChart } = book.page;
  const { Runner, Bench, SIDES } = book.parts;

  /** Uniform numbers between 0 and 1, the same for the same seed (the generator mulberry32). */
  function uniform(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  /** A draw from Gamma(shape, 1), by the method of Marsaglia and Tsang. */
  function gamma(shape, chance) {
    if (shape < 1) return gamma(shape + 1, chance) * (1 - chance()) ** (1 / shape);
    const d = shape - 1 / 3;
    for (;;) {
      const normal = Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
      const v = (1 + normal / Math.sqrt(9 * d)) ** 3;
      if (v > 0 && Math.log(1 - chance()) < normal ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  /** A die from a Dirichlet distribution: the probability of each side. */
  function drawDie(concentrations, chance) {
    const weights = concentrations.map((concentration) => gamma(concentration, chance));
    const total = weights.reduce((sum, weight) => sum + weight);
    return weights.map((weight) => weight / total);
  }

  /** The number of the side that comes up. */
  function throwDie(die, chance) {
    let left = chance();
    const side = die.findIndex((probability) => (left -= probability) < 0);
    return side < 0 ? die.length - 1 : side;
  }

  class DieBench extends Bench {
    constructor(container, data) {
      super(container, {
        label:
          "Die bench. Press 1, 2 or 3 to choose a throw, Space to throw a hidden die, S to show it, N for a new one, " +
          "U to undo, R to reset.",
        symbols: SIDES.map((side) => side.symbol),
        names: SIDES.map((side) => side.symbol),
        noun: "throw",
        most: 60,
        address: "throws",
        played: data.played,
      });
      this.concentrations = data.concentrations;
      this.network = new Runner(new RecurrentAgent(data.weights));
      this.bayes = new Runner(new DirichletCategorical(...data.concentrations));
      this.runners = [this.network, this.bayes];
      this.chance = uniform(data.seed);
      this.die = drawDie(this.concentrations, this.chance);
      this.buttons.throw = this.button("Throw it (Space)", [" "], () => this.throw());
      this.buttons.see = this.button("Show it (S)", ["S"], () => this.see(!this.seen));
      this.buttons.renew = this.button("New die (N)", ["N"], () => this.renew());
      this.chart = drawing("Predicted probability of each side after each throw", 680, 250);
      this.readout = table("Probability of each side", ["", "network", "Bayes", "apart", "the die"]);
      this.seen = false;
      const { undo, reset, link, throw: cast, see, renew } = this.buttons;
      const group = (label, ...buttons) => element("span", { class: "group", role: "group", "aria-label": label }, [label, ...buttons]);
      this.start(
        element("div", { class: "controls" }, [
          group("Your throw", ...this.symbols.map((s) => this.buttons[s])),
          group("A hidden die", cast, see, renew),
          element("span", { class: "group" }, [undo, reset, link]),
        ]),
        this.sequence,
        element("p", { class: "legend", "aria-hidden": "true" }, [
          ...SIDES.map((side) => element("span", { class: `key ${side.name} ${side.shape}` }, [`side ${side.symbol}`])),
          element("span", { class: "key solid" }, ["network"]),
          element("span", { class: "key dashed" }, ["Bayes"]),
          (this.barKey = element("span", { class: "key bar" }, ["the die"])),
        ]),
        this.chart,
        this.readout.whole,
        element("p", { class: "try" }, [
          element("strong", {}, ["Try this. "]),
          "Reset, then throw 1, 2 and 3 once each, in any order: Bayes is back where it began. Is the network? Then throw 3 again and again, and see which of the two believes it sooner.",
        ]),
      );
    }

    throw() {
      if (!this.full) this.tell(this.symbols[throwDie(this.die, this.chance)]);
    }

    see(seen) {
      this.seen = seen;
      this.show(false);
    }

    /** Another die, hidden again, and nobody has seen a throw of it. */
    renew() {
      this.die = drawDie(this.concentrations, this.chance);
      this.seen = false;
      this.reset();
    }

    draw() {
      const [network, bayes] = this.runners.map((runner) => runner.outputs.map(softmax));
      const lines = SIDES.map(({ name, shape }, i) => ({
        name,
        shape,
        network: network.map((p) => p[i]),
        bayes: bayes.map((p) => p[i]),
        truth: this.seen ? this.die[i] : undefined,
      }));
      predictionChart(this.chart, { symbols: this.told, label: "throws", lines, height: 250 });
      this.said = lines.map((line) => [line.network.at(-1), line.bayes.at(-1)]);
      this.readout.body.replaceChildren(
        ...this.said.map(([network, bayes], i) =>
          row(
            [
              element("span", { class: `key ${SIDES[i].name} ${SIDES[i].shape}` }, [`side ${SIDES[i].symbol}`]),
              ...[network, bayes, Math.abs(network - bayes)].map((p) => p.toFixed(3)),
              this.seen ? this.die[i].toFixed(3) : "hidden",
            ],
            { "data-side": SIDES[i].symbol, "data-network": network, "data-bayes": bayes },
          ),
        ),
      );
      this.barKey.hidden = !this.seen;
    }

    show(remember) {
      super.show(remember);
      this.disable({ throw: this.full });
      this.buttons.see.setAttribute("aria-pressed", String(this.seen));
    }

    says() {
      const sides = this.said.map(([n, b], i) => `side ${SIDES[i].symbol}, network ${n.toFixed(2)}, Bayes ${b.toFixed(2)}`);
      const die = this.seen ? `. The hidden die: ${this.die.map((p) => p.toFixed(2)).join(", ")}` : "";
      return sides.join("; ") + die;
    }
  }

  book.dice = book.bring("dice", DieBench);
  book.chance = { uniform, gamma, drawDie, throwDie };
})(window.LearningToInfer);
