/* Which part of a linear function is learned when? Choose a target's singular values, slide through time, and see a Learner,
   a Meta-Learner and ridge regression take it in. The network is a trained one; its effective matrix is found here by least
   squares. See experiments/linear/widget.py for the data; lib/agents/lstm.py, lib/optimal/ridge.py, lib/probes/effective_spectrum.py and
   lib/training/gradient_flow.py for the same in Python. */
"use strict";

(function (book) {
  const { element, draw, drawing, titled, row, table, points, mark, spread, isPlace, isOn } = book.page;
  const { Part } = book.parts;
  const { LeanAgent } = book.machines;
  const [HEIGHT, SIZE] = [210, 2];
  const LOOKS = [
    { name: "fair", shape: "circle" },
    { name: "bent", shape: "square" },
  ];

  /** Standard normal numbers, the same for the same seed: mulberry32, then Box and Muller. */
  function chance(seed) {
    let state = seed >>> 0;
    const uniform = () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
    const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
    return { uniform, normal };
  }

  /** The posterior mean of W, one observation at a time. */
  class Ridge {
    constructor(size, noise, alpha = 1) {
      Object.assign(this, { size, share: (noise / alpha) ** 2 });
      const square = (diagonal) => Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => (i === j ? diagonal : 0)));
      [this.mean, this.covariance] = [square(0), square(1)];
    }

    learn(x, y) {
      const along = this.covariance.map((line) => line.reduce((sum, each, j) => sum + each * x[j], 0));
      const expected = along.reduce((sum, each, i) => sum + each * x[i], this.share);
      const surprise = this.mean.map((line, i) => y[i] - line.reduce((sum, each, j) => sum + each * x[j], 0));
      this.mean = this.mean.map((line, i) => line.map((each, j) => each + (surprise[i] * along[j]) / expected));
      this.covariance = this.covariance.map((line, i) => line.map((each, j) => each - (along[i] * along[j]) / expected));
    }
  }

  /** How much of a mode two linear layers have learned after so many steps of gradient descent, by the closed form. */
  function strength(steps, value, rate, imbalance) {
    const root = Math.hypot(value, imbalance);
    const [high, low] = [(value + root) / imbalance, (value - root) / imbalance];
    const left = ((1 - high) / (1 - low)) * Math.exp(-4 * rate * root * steps);
    const u = (high - low * left) / (1 - left);
    return (imbalance * (u - 1 / u)) / 2;
  }

  const turn = (angle) => [
    [Math.cos(angle), -Math.sin(angle)],
    [Math.sin(angle), Math.cos(angle)],
  ];
  const times = (a, x) => a.map((line) => line.reduce((sum, each, j) => sum + each * x[j], 0));
  const column = (a, k) => a.map((line) => line[k]);

  /** Episodes about functions with these singular values, each turned its own way, with what was seen and where to ask. */
  function episodes(values, { count, steps, probes, noise, seed }) {
    const { uniform, normal } = chance(seed);
    const point = () => Array.from({ length: SIZE }, normal);
    return Array.from({ length: count }, () => {
      const [u, v] = [turn(2 * Math.PI * uniform()), turn(2 * Math.PI * uniform())];
      const w = [0, 1].map((i) => [0, 1].map((j) => values[0] * u[i][0] * v[j][0] + values[1] * u[i][1] * v[j][1]));
      const x = Array.from({ length: steps }, point);
      const y = x.map((each) => times(w, each).map((one) => one + noise * normal()));
      return { u, v, w, x, y, asked: Array.from({ length: probes }, point) };
    });
  }

  /** The matrix that comes closest to what was said at some points, by least squares. */
  function fitted(x, y) {
    const [xx, yx] = [[0, 1], [0, 1]].map((lines) => lines.map(() => [0, 0]));
    x.forEach((each, n) => {
      for (const i of [0, 1]) for (const j of [0, 1]) {
        xx[i][j] += each[i] * each[j];
        yx[i][j] += y[n][i] * each[j];
      }
    });
    const of = xx[0][0] * xx[1][1] - xx[0][1] ** 2;
    return yx.map(([a, b]) => [(a * xx[1][1] - b * xx[0][1]) / of, (b * xx[0][0] - a * xx[0][1]) / of]);
  }

  /** u_k' W v_k over the singular value. */
  const shares = (matrix, { u, v }, values) =>
    values.map((value, k) => times(matrix, column(v, k)).reduce((sum, each, i) => sum + each * u[i][k], 0) / value);

  /** What a network has learned of each mode before each step of an episode. */
  function ofNetwork(network, episode, values) {
    let [state, told] = [network.initialState(), new Array(SIZE).fill(0)];
    return episode.x.map((x, t) => {
      const recalled = network.recall(state);
      const said = episode.asked.map((probe) => network.step(state, [...probe, ...told], recalled).output);
      const found = shares(fitted(episode.asked, said), episode, values);
      state = network.step(state, [...x, ...told], recalled).state;
      told = episode.y[t];
      return found;
    });
  }

  /** What ridge regression has. */
  function ofRidge(episode, values, noise) {
    const ridge = new Ridge(SIZE, noise);
    return episode.x.map((x, t) => {
      const found = shares(ridge.mean, episode, values);
      ridge.learn(x, episode.y[t]);
      return found;
    });
  }

  /** An average over episodes, by step and mode. */
  const average = (all) => all[0].map((line, t) => line.map((_, k) => all.reduce((sum, each) => sum + each[t][k], 0) / all.length));

  class ModesBench extends Part {
    constructor(container, data) {
      super(container, "A linear function with two modes, and three who learn it. Arrow keys on the sliders change the modes and the time.");
      Object.assign(this, data, { number: 0, at: Math.min(2, data.steps - 1) }); // where the three differ most
      this.values = [...data.start];
      this.network = new LeanAgent(data.weights);
      const last = data.steps - 1;
      this.sliders = {
        large: this.slider("Larger singular value", { min: 0.05, max: data.most, step: 0.05, value: this.values[0] }, (v) => this.target(0, v)),
        small: this.slider("Smaller singular value", { min: 0.05, max: data.most, step: 0.05, value: this.values[1] }, (v) => this.target(1, v)),
        time: this.slider("Time", { min: 0, max: last, step: 1, value: this.at }, (v) => this.scrub(v)),
      };
      const other = this.button("Other functions (O)", ["O"], () => this.another());
      const link = this.linked("modes", () => [...this.values, this.at, this.number], (...texts) => this.recalled(...texts));
      this.charts = Object.fromEntries(
        Object.entries({
          learner: ["Learner", `gradient descent, ${(data.pace * last).toLocaleString("en")} steps of ${data.batch} points`],
          meta: ["Meta-Learner", `a trained network, ${last} points`],
          ridge: ["Ridge regression", `optimal for normal numbers, ${last} points`],
        }).map(([name, [title, note]]) => [name, { title, note, svg: drawing(`${title}: share of each mode that is learned, over time`, 220, HEIGHT) }]),
      );
      this.readout = table("Share of each mode that is learned by now", ["", "time", "larger mode", "smaller mode"]);
      this.open(
        element("div", { class: "sliders" }, Object.values(this.sliders).flatMap(({ label, input, said }) => [label, input, said])),
        element("div", { class: "controls" }, [other, link]),
        element("div", { class: "maps" }, Object.values(this.charts).map(({ title, note, svg }) => titled(title, note, svg))),
        element("p", { class: "legend", "aria-hidden": "true" }, [
          element("span", { class: "key fair circle" }, ["larger mode"]),
          element("span", { class: "key bent" }, ["smaller mode"]),
          element("span", {}, [`averages over ${data.count} functions`]),
        ]),
        this.readout.whole,
      );
      this.tell();
    }

    slider(text, range, act) {
      const id = `modes-${ModesBench.count}-${text.split(" ")[0].toLowerCase()}`;
      const input = element("input", { type: "range", id, ...range });
      input.addEventListener("input", () => act(Number(input.value)));
      return { input, label: element("label", { for: id }, [text]), said: element("output", { for: id, "aria-live": "off" }) };
    }

    /** Another singular value; the smaller never exceeds the larger. */
    target(which, value) {
      this.values[which] = value;
      if (this.values[1] > this.values[0]) this.values[1 - which] = value;
      this.found = null;
      this.soon();
    }

    scrub(at) {
      this.at = at;
      this.soon();
    }

    another() {
      this.number += 1;
      this.found = null;
      this.soon();
    }

    /** Modes, a time and functions that an address asks for. */
    recalled(large, small, at, number) {
      const known = [large, small].every((value) => isOn(value, 0.05, this.most)) && Number(small) <= Number(large);
      if (!known || !isPlace(at, this.steps) || !isPlace(number)) return false;
      Object.assign(this, { values: [Number(large), Number(small)], at: Number(at), number: Number(number), found: null });
      this.soon();
      return true;
    }

    get plan() {
      const { count, steps, probes, noise, seed, number } = this;
      return { count, steps, probes, noise, seed: seed + number };
    }

    /** Let all three learn. */
    work() {
      const { values, noise } = this;
      const all = episodes(values, this.plan);
      const step = (t) => values.map((value) => strength(this.pace * t, value, this.rate, this.imbalance) / value);
      this.found = {
        learner: Array.from({ length: this.steps }, (_, t) => step(t)),
        meta: average(all.map((episode) => ofNetwork(this.network, episode, values))),
        ridge: average(all.map((episode) => ofRidge(episode, values, noise))),
      };
    }

    chart({ svg }, curve, unit) {
      const width = spread(svg, HEIGHT);
      const [left, right, bottom, top, floor, ceiling] = [30, 10, 34, 10, -0.25, 1.25];
      const x = (t) => left + ((width - left - right) * t) / (this.steps - 1);
      const y = (q) => top + ((HEIGHT - top - bottom) * (ceiling - Math.min(ceiling, Math.max(floor, q)))) / (ceiling - floor);
      for (const q of [0, 0.5, 1]) {
        draw(svg, "line", { x1: left, x2: width - right, y1: y(q), y2: y(q), class: "grid" });
        draw(svg, "text", { x: left - 6, y: y(q) + 4, "text-anchor": "end" }, String(q));
      }
      draw(svg, "line", { x1: x(this.at), x2: x(this.at), y1: top, y2: HEIGHT - bottom, class: "grid" });
      draw(svg, "text", { x: (left + width - right) / 2, y: HEIGHT - 6, "text-anchor": "middle" }, unit);
      LOOKS.forEach(({ name, shape }, k) => {
        const path = curve.map((q, t) => [x(t), y(q[k])]);
        draw(svg, "polyline", { points: points(path), class: "earlier" });
        draw(svg, "polyline", { points: points(path.slice(0, this.at + 1)), class: `network ${name}` });
        mark(svg, shape, ...path[this.at], 5.5, name);
      });
    }

    draw() {
      if (!this.found) this.work();
      const { found, at } = this;
      const when = { learner: `${(this.pace * at).toLocaleString("en")} steps`, meta: `${at} points`, ridge: `${at} points` };
      this.sliders.large.said.textContent = this.values[0].toFixed(2);
      this.sliders.small.said.textContent = this.values[1].toFixed(2);
      this.sliders.time.said.textContent = `${at} points, ${when.learner}`;
      [this.values[0], this.values[1], at].forEach((value, i) => {
        const { input, said } = Object.values(this.sliders)[i];
        input.value = value;
        input.setAttribute("aria-valuetext", said.textContent);
      });
      for (const [name, chart] of Object.entries(this.charts)) this.chart(chart, found[name], name === "learner" ? "steps" : "points seen");
      this.readout.body.replaceChildren(
        ...Object.entries(this.charts).map(([name, { title }]) => {
          const [one, other] = found[name][at];
          return row([title, when[name], one.toFixed(2), other.toFixed(2)], { "data-machine": name, "data-q": JSON.stringify([one, other]) });
        }),
      );
    }

    /** In words, for those who cannot see it too. */
    tell() {
      const said = Object.entries(this.charts).map(([name, { title }]) => {
        const [one, other] = this.found[name][this.at];
        return `${title} ${one.toFixed(2)} and ${other.toFixed(2)}`;
      });
      this.status.textContent = `After ${this.at} points, or ${(this.pace * this.at).toLocaleString("en")} steps: ${said.join("; ")} of the modes ${this.values[0].toFixed(2)} and ${this.values[1].toFixed(2)}.`;
    }
  }
  ModesBench.count = 0; // ids of different parts must differ

  book.modes = book.bring("modes", class extends ModesBench {
    constructor(container, data) {
      ModesBench.count++;
      super(container, data);
    }
  });
  book.linear = { Ridge, strength, episodes, fitted, ofNetwork, ofRidge };
})(window.LearningToInfer);
