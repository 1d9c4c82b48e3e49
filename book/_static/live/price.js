/* What does hesitation cost? Choose what a nat of entropy is paid; the page works out the best policy under that price. See
   experiments/bandits/widget_price.py for the data, lib/optimal/entropy_regularised.py for the same in Python. */
"use strict";

(function (book) {
  const { element, draw, drawing, titled, row, table, points, mark, spread, axes, tryThis } = book.page;
  const { Sliders } = book.parts;
  const { BernoulliArms, greedy } = book.arms;
  const HEIGHT = 280;
  const TOLD = [
    ["before the first pull", [0, 0, 0, 0]],
    ["after one success", [1, 0, 0, 0]],
    ["5 of 6 against 1 of 6", [5, 1, 1, 5]],
  ]; // successes and failures of the first arm, then of the second
  const entropy = (p) => [p, 1 - p].reduce((sum, each) => (each > 0 ? sum - each * Math.log(each) : sum), 0);

  /** The best policy under a price of entropy, and what it goes through; of price 0 the optimum. */
  class EntropyRegularisedOptimum extends BernoulliArms {
    constructor(a, b, steps, price) {
      const policy = price ? (lead) => 1 / (1 + Math.exp(-lead / price)) : greedy;
      super(a, b, steps, policy);
      this.policy = policy;
    }

    /** The probability of pulling the first arm in a state. */
    chance(at) {
      return this.policy(this.lead[at]);
    }

    /** Expected reward and entropy at each step of an episode that it plays. */
    get course() {
      const reached = new Float64Array(this.base ** 4);
      reached[0] = 1;
      const found = { reward: [], entropy: [] };
      for (let seen = 0; seen < this.steps; seen++) {
        let [reward, nats] = [0, 0];
        this.everywhere(seen, (at, counts) => {
          const here = reached[at];
          if (!here) return;
          const first = this.chance(at);
          nats += here * entropy(first);
          for (const arm of [0, 1]) {
            const pulled = here * (arm ? 1 - first : first);
            const p = this.mean(counts, arm);
            const [won, lost] = this.after(at, arm);
            reward += pulled * p;
            reached[won] += pulled * p;
            reached[lost] += pulled * (1 - p);
          }
        });
        found.reward.push(reward);
        found.entropy.push(nats);
      }
      return found;
    }
  }

  class PriceBench extends Sliders {
    constructor(container, data) {
      super(container, {
        label: "The best player of two arms while hesitation is paid. Left and right arrow keys change the price of a nat of entropy.",
        address: "price",
        sliders: { price: { text: "A nat of entropy is paid", values: data.prices, start: data.start } },
      });
      Object.assign(this, data, { known: new Map() });
      this.best = this.player(0);
      this.course = drawing("Reward that the best player under this price misses at each step of an episode", 330, HEIGHT);
      this.curve = drawing("Reward an episode that players miss, by what a nat of entropy is paid, on a logarithmic axis", 330, HEIGHT);
      this.readout = table("How likely it pulls the first arm, and its entropy", ["the arms have paid", "pulls the first", "nats"]);
      this.begin(
        this.rows,
        element("div", { class: "controls" }, [this.link]),
        element("div", { class: "maps pair" }, [
          titled("Within an episode", "reward missed at each step, against the optimum", this.course),
          titled("By price", "reward missed in an episode", this.curve),
        ]),
        element("p", { class: "legend", "aria-hidden": "true" }, [
          element("span", { class: "key fair circle" }, ["best under this price"]),
          element("span", { class: "key line broken bent" }, ["best, by price"]),
          element("span", { class: "key side3 triangle" }, ["players in training, when that was the price"]),
        ]),
        this.readout.whole,
        tryThis("Which price costs about a tenth of a reward an episode? At that price, is it early or late in an episode that hesitation costs most?"),
      );
    }

    /** The best player under a price, worked out once. */
    player(price) {
      if (!this.known.has(price)) {
        const made = new EntropyRegularisedOptimum(this.a, this.b, this.steps, price);
        this.known.set(price, { earns: made.earns, lead: made.lead, chances: TOLD.map(([, counts]) => made.chance(made.place(counts))), ...made.course });
      }
      return this.known.get(price);
    }

    get own() {
      return this.player(this.value("price"));
    }

    get missed() {
      return this.own.reward.map((each, t) => this.best.reward[t] - each);
    }

    drawCourse() {
      const svg = this.course;
      const width = spread(svg, HEIGHT);
      const [left, right, top, bottom] = [44, width - 10, 10, HEIGHT - 38];
      const [low, high] = [-0.02, 0.16];
      const x = (step) => left + ((right - left) * (step - 1)) / (this.steps - 1);
      const y = (reward) => bottom - ((bottom - top) * (Math.min(high, reward) - low)) / (high - low);
      const across = [1, 5, 10, 15, 20].filter((step) => step <= this.steps).map((step) => [step, String(step)]);
      axes(svg, { x, y, left, right, top, bottom, across, up: [0, 0.05, 0.1, 0.15].map((each) => [each, String(each)]), unit: "step of the episode" });
      draw(svg, "line", { x1: left, x2: right, y1: y(0), y2: y(0), class: "bayes" });
      const path = this.missed.map((each, t) => [x(t + 1), y(each)]);
      draw(svg, "polyline", { points: points(path), class: "network fair" });
      for (const [cx, cy] of path) mark(svg, "circle", cx, cy, 3, "fair");
    }

    drawCurve() {
      const svg = this.curve;
      const width = spread(svg, HEIGHT);
      const [left, right, top, bottom] = [36, width - 14, 10, HEIGHT - 38];
      const [first, last] = [this.prices[0], this.prices.at(-1)];
      const high = 1.05 * Math.max(...this.misses, ...this.shortfalls);
      const x = (price) => left + ((right - left) * Math.log(Math.max(price, first) / first)) / Math.log(last / first);
      const y = (reward) => bottom - ((bottom - top) * reward) / high;
      const across = [0.01, 0.1, 1].filter((each) => each >= first && each <= last).map((each) => [each, String(each)]);
      const up = [0, 0.5, 1, 1.5, 2, 2.5].filter((each) => each <= high).map((each) => [each, String(each)]);
      axes(svg, { x, y, left, right, top, bottom, across, up, unit: "reward for a nat" });
      draw(svg, "polyline", { points: points(this.prices.map((each, i) => [x(each), y(this.shortfalls[i])])), class: "edge broken bent" });
      this.paid.forEach((price, i) => price >= first && mark(svg, "triangle", x(price), y(this.misses[i]), 3.2, "side3"));
      mark(svg, "circle", x(this.value("price")), y(this.best.earns - this.own.earns), 6, "fair");
    }

    draw() {
      this.show();
      this.drawCourse();
      this.drawCurve();
      this.readout.body.replaceChildren(
        ...TOLD.map(([told], i) => row([told, this.own.chances[i].toFixed(3), entropy(this.own.chances[i]).toFixed(3)], { "data-told": told })),
      );
      this.root.dataset.misses = this.best.earns - this.own.earns;
    }

    tell() {
      const { missed } = this;
      const most = missed.indexOf(Math.max(...missed)) + 1;
      const nats = this.own.entropy.reduce((sum, each) => sum + each, 0) / this.steps;
      this.status.textContent =
        `At ${this.value("price")} reward a nat the best player misses ${(this.best.earns - this.own.earns).toFixed(3)} an episode, most of it at step ${most}. ` +
        `Its choices have ${nats.toFixed(2)} nats on average; a toss has ${Math.log(2).toFixed(2)}. After one success it pulls that arm again with probability ${this.own.chances[1].toFixed(2)}.`;
    }
  }

  book.prices = book.bring("price", PriceBench);
  book.hesitation = { EntropyRegularisedOptimum };
})(window.LearningToInfer);
