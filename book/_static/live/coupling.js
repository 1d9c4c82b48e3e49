/* How strongly do contexts hold each other up? Choose how fast the shared bias learns, and see five contexts learned by exact
   policy gradient. See experiments/contexts/widget_coupling.py for the data; lib/training/single_bandit.py for the same in
   Python. */
"use strict";

(function (book) {
  const { element, draw, drawing, titled, row, table, points, mark, spread, isPlace } = book.page;
  const { Part } = book.parts;
  const { softmax } = book.arithmetic;
  const [HEIGHT, TURNS] = [230, ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"]];
  const FIRST = { name: "fair", shape: "circle" };
  const LAST = { name: "bent", shape: "square" };

  /** Exact policy gradient with rewards of 1 and 0 for one Learner. Weights move at a rate, shared biases at gamma times it.
   *  Returns the steps at which it was looked at, and then the chance of the right action in each context. */
  function learn({ weights, correct, gamma, rate, most, enough }) {
    const count = weights.length;
    const w = weights.map((each) => [...each]);
    const bias = w[0].map(() => 0);
    const [steps, q] = [[], []];
    let next = 0;
    for (let step = 0; step <= most; step++) {
      const policies = w.map((each) => softmax(each.map((value, a) => value + bias[a])));
      const right = policies.map((policy, c) => policy[correct[c]]);
      const done = right.reduce((sum, each) => sum + each, 0) / count >= enough;
      if (step >= next || done || step === most) {
        steps.push(step);
        q.push(right);
        next = Math.max(step + 1, step * 1.02);
      }
      if (done) break;
      const shared = bias.map(() => 0);
      policies.forEach((policy, c) =>
        policy.forEach((p, a) => {
          const slope = (right[c] * (Number(a === correct[c]) - p)) / count;
          w[c][a] += rate * slope;
          shared[a] += slope;
        }),
      );
      shared.forEach((slope, a) => (bias[a] += rate * gamma * slope));
    }
    return { steps, q };
  }

  /** Contexts in the order in which they are learned: by the average of q over the steps. */
  function inOrder({ steps, q }) {
    const average = q[0].map((_, c) => steps.reduce((sum, step, i) => (i ? sum + ((q[i][c] + q[i - 1][c]) / 2) * (step - steps[i - 1]) : 0), 0));
    return average.map((_, c) => c).sort((one, other) => average[other] - average[one]);
  }

  /** When a context is first right with this probability, between two looks on a straight line, and not before step 1. */
  function crossing({ steps, q }, context, height) {
    const at = q.findIndex((each) => each[context] >= height);
    if (at < 0) return Infinity;
    if (at === 0) return 1;
    const part = (height - q[at - 1][context]) / (q[at][context] - q[at - 1][context]);
    return Math.max(1, steps[at - 1] + part * (steps[at] - steps[at - 1]));
  }

  const said = (steps) => (Number.isFinite(steps) ? Math.round(steps).toLocaleString("en") : "never");
  const times = (ratio) => (Number.isFinite(ratio) ? `${ratio < 9.95 ? ratio.toFixed(1) : Math.round(ratio).toLocaleString("en")} times` : "never");

  class CouplingBench extends Part {
    constructor(container, data) {
      super(container, "A Learner whose five contexts share a bias. Arrow keys on the slider change how fast the bias learns; N takes another Learner.");
      Object.assign(this, data, { who: 0, at: data.couplings.indexOf(data.start), known: new Map() });
      const id = `coupling-${CouplingBench.count++}`;
      this.input = element("input", { type: "range", id, min: 0, max: data.couplings.length - 1, step: 1, value: this.at });
      this.input.addEventListener("input", () => {
        this.at = Number(this.input.value);
        this.soon();
      });
      this.output = element("output", { for: id, "aria-live": "off" });
      this.buttons = {
        another: this.button("Another Learner (N)", ["N"], () => this.another()),
        link: this.linked("coupling", () => [this.who, this.gamma], (...texts) => this.recalled(...texts)),
      };
      this.curves = drawing("Probability of the right action in each of five contexts, over steps", 320, HEIGHT);
      this.ratios = drawing("How many times as long the last context takes as the first, over coupling", 320, HEIGHT);
      this.readout = table("When each context is learned, in the order of learning", ["context", "steps until probability 1/2", "times the first"]);
      this.open(
        element("div", { class: "sliders" }, [element("label", { for: id }, ["Coupling: rate of the shared bias"]), this.input, this.output]),
        element("div", { class: "controls" }, Object.values(this.buttons)),
        element("div", { class: "maps pair" }, [
          titled("One Learner", "probability of the right action, by steps", this.curves),
          titled("Last over first", "this Learner, and the median of many", this.ratios),
        ]),
        element("p", { class: "legend", "aria-hidden": "true" }, [
          element("span", { class: "key fair circle" }, ["learned first"]),
          element("span", { class: "key bent" }, ["learned last"]),
          element("span", { class: "key solid" }, ["median over Learners"]),
        ]),
        this.readout.whole,
      );
      this.tell();
    }

    another() {
      this.who = (this.who + 1) % this.weights.length;
      this.soon();
    }

    /** A Learner and a coupling that an address asks for. */
    recalled(who, gamma) {
      const at = this.couplings.indexOf(Number(gamma));
      if (!isPlace(who, this.weights.length) || at < 0) return false;
      Object.assign(this, { who: Number(who), at });
      this.soon();
      return true;
    }

    get gamma() {
      return this.couplings[this.at];
    }

    /** What this Learner goes through, worked out once. */
    get course() {
      const key = `${this.who}/${this.at}`;
      if (!this.known.has(key)) {
        const { rate, most, enough, gamma, who } = this;
        const found = learn({ weights: this.weights[who], correct: this.correct[who], gamma, rate, most, enough });
        const order = inOrder(found);
        this.known.set(key, { ...found, order, times: order.map((c) => crossing(found, c, this.height)) });
      }
      return this.known.get(key);
    }

    axes(svg, x, y, { left, right, width, bottom, top }, across, up, unit) {
      for (const [value, text] of up) {
        draw(svg, "line", { x1: left, x2: width - right, y1: y(value), y2: y(value), class: "grid" });
        draw(svg, "text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, text);
      }
      for (const [value, text] of across) {
        draw(svg, "line", { x1: x(value), x2: x(value), y1: top, y2: HEIGHT - bottom, class: "grid" });
        draw(svg, "text", { x: x(value), y: HEIGHT - bottom + 16, "text-anchor": "middle" }, text);
      }
      draw(svg, "text", { x: (left + width - right) / 2, y: HEIGHT - 3, "text-anchor": "middle" }, unit);
    }

    drawCurves() {
      const { steps, q, order } = this.course;
      const width = spread(this.curves, HEIGHT);
      const box = { left: 30, right: 14, width, bottom: 40, top: 10 };
      const end = Math.log10(this.most);
      const x = (step) => box.left + ((width - box.left - box.right) * Math.log10(Math.max(step, 1))) / end;
      const y = (p) => box.top + (HEIGHT - box.top - box.bottom) * (1 - p);
      const powers = [1, 10, 100, 1e3, 1e4, 1e5].filter((each) => each <= this.most);
      this.axes(this.curves, x, y, box, powers.map((each) => [each, each.toLocaleString("en")]), [0, 0.5, 1].map((p) => [p, String(p)]), "steps");
      order.forEach((c, k) => {
        const look = k === 0 ? FIRST : k === order.length - 1 ? LAST : null;
        const shown = steps.map((step, i) => [x(step), y(q[i][c])]);
        if (steps.at(-1) < this.most) shown.push([x(this.most), shown.at(-1)[1]]); // a Learner that is done stays so
        draw(this.curves, "polyline", { points: points(shown), class: look ? `network ${look.name}` : "earlier" });
        const learned = this.course.times[k];
        if (look && Number.isFinite(learned)) mark(this.curves, look.shape, x(learned), y(this.height), 5.5, look.name);
      });
    }

    drawRatios() {
      const width = spread(this.ratios, HEIGHT);
      const box = { left: 42, right: 14, width, bottom: 40, top: 10 };
      const [low, high] = [0.2, Math.log10(this.couplings.at(-1) + 0.2)];
      const x = (gamma) => box.left + ((width - box.left - box.right) * (Math.log10(gamma + low) - Math.log10(low))) / (high - Math.log10(low));
      const y = (ratio) => box.top + ((HEIGHT - box.top - box.bottom) * (Math.log10(2000) - Math.log10(Math.min(2000, ratio)))) / Math.log10(2000);
      const known = [0, 1, 10, 100].filter((each) => each <= this.couplings.at(-1));
      this.axes(this.ratios, x, y, box, known.map((each) => [each, String(each)]), [1, 10, 100, 1000].map((r) => [r, r.toLocaleString("en")]), "coupling");
      const medians = this.medians.map((ratio, i) => [x(this.couplings[i]), y(ratio === null ? 2000 : ratio)]);
      draw(this.ratios, "polyline", { points: points(medians), class: "network" });
      mark(this.ratios, LAST.shape, x(this.gamma), y(this.ratio), 6, LAST.name);
    }

    get ratio() {
      return this.course.times.at(-1) / this.course.times[0];
    }

    draw() {
      const { times: found } = this.course;
      this.output.textContent = String(this.gamma);
      this.input.value = this.at;
      this.input.setAttribute("aria-valuetext", `${this.gamma} times the rate of the weights`);
      this.drawCurves();
      this.drawRatios();
      const data = { "data-gamma": this.gamma, "data-who": this.who };
      this.readout.body.replaceChildren(
        ...found.map((each, k) => row([TURNS[k], said(each), times(each / found[0])], { ...data, "data-steps": each })),
      );
    }

    /** In words, for those who cannot see it too. */
    tell() {
      const { times: found } = this.course;
      const cosine = (this.gamma / (1 + this.gamma)).toFixed(2);
      const median = this.medians[this.at];
      this.status.textContent =
        `Learner ${this.who + 1} of ${this.weights.length}, coupling ${this.gamma}, a cosine of ${cosine} between contexts: the first is learned after ` +
        `${said(found[0])} steps, the last after ${said(found.at(-1))}: ${times(this.ratio)} as long. Median of ${this.learners} Learners: ${times(median === null ? Infinity : median)}.`;
    }
  }
  CouplingBench.count = 0; // ids of different parts must differ

  book.coupling = book.bring("coupling", CouplingBench);
  book.interference = { learn, inOrder, crossing };
})(window.LearningToInfer);
