/* Meta-training by the reader: an LSTM in a worker becomes Bayesian before their eyes. See
   experiments/prediction/widget_trainer.py for the data. */
"use strict";

(function (book) {
  const { element, draw, drawing, titled, points, spread } = book.page;
  const { Part } = book.parts;
  const { Training, worker } = book.training;
  const [HEIGHT, DEPTH, REPORT] = [260, 6, 10]; // pixels; tosses in the tree; updates between two pictures
  const SEEDS = 1000;

  /** Paths through points: a line between each pair, and a ring around each. */
  const between = (pairs) => pairs.map(([from, to]) => `M${points([from])}L${points([to])}`).join("");
  const rings = (all, r) => all.map(([x, y]) => `M${points([[x - r, y]])}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0`).join("");

  /** Probability of heads after every history: the network's tree, and the lattice of counts that Bayes makes of it. */
  function treeChart(svg, tree, { a, b }) {
    const width = spread(svg, HEIGHT);
    const [left, right, bottom, top] = [38, 12, 36, 10];
    const x = (tosses) => left + ((width - left - right) * tosses) / DEPTH;
    const y = (p) => top + (HEIGHT - top - bottom) * (1 - p);
    for (const p of [0, 0.25, 0.5, 0.75, 1]) {
      draw(svg, "line", { x1: left, x2: width - right, y1: y(p), y2: y(p), class: "grid" });
      draw(svg, "text", { x: left - 9, y: y(p) + 4, "text-anchor": "end" }, String(p));
    }
    for (let n = 0; n <= DEPTH; n++) draw(svg, "text", { x: x(n), y: HEIGHT - 20, "text-anchor": "middle" }, String(n));
    draw(svg, "text", { x: (left + width - right) / 2, y: HEIGHT - 3, "text-anchor": "middle" }, "tosses seen");
    const place = (k) => [x(Math.floor(Math.log2(k + 1))), y(tree[k])];
    const nodes = tree.map((_, k) => place(k));
    draw(svg, "path", { d: between(nodes.slice(1).map((node, k) => [nodes[k >> 1], node])), class: "branch fair" });
    draw(svg, "path", { d: nodes.map((node) => `M${points([node])}h0`).join(""), class: "leaf fair" });
    const counts = (heads, tails) => [x(heads + tails), y((a + heads) / (a + b + heads + tails))];
    const lattice = [];
    for (let n = 0; n <= DEPTH; n++) for (let h = 0; h <= n; h++) lattice.push([h, n - h]);
    const steps = lattice.filter(([h, t]) => h + t < DEPTH);
    const lines = steps.flatMap(([h, t]) => [[h + 1, t], [h, t + 1]].map((next) => [counts(h, t), counts(...next)]));
    draw(svg, "path", { d: between(lines), class: "bayes" });
    draw(svg, "path", { d: rings(lattice.map((each) => counts(...each)), 4.5), class: "ring-of-bayes" });
  }

  /** Divergence from Bayes over training, both on logarithmic axes; the untrained network is on the left edge. */
  function learningCurve(svg, { measured, reference, batch, updates }) {
    const width = spread(svg, HEIGHT);
    const [left, right, bottom, top] = [40, 14, 36, 10];
    const [first, last, floor, ceiling] = [Math.log10(batch / 2), Math.log10(batch * updates), -3, 1];
    const x = (update) => left + ((width - left - right) * (Math.log10(batch * Math.max(update, 0.5)) - first)) / (last - first);
    const share = (nats) => (Math.log10(Math.max(nats, 10 ** floor)) - floor) / (ceiling - floor);
    const y = (nats) => top + (HEIGHT - top - bottom) * (1 - share(nats));
    for (const nats of [0.001, 0.01, 0.1, 1, 10]) {
      draw(svg, "line", { x1: left, x2: width - right, y1: y(nats), y2: y(nats), class: "grid" });
      draw(svg, "text", { x: left - 6, y: y(nats) + 4, "text-anchor": "end" }, String(nats));
    }
    for (const [update, said] of [[0, "0"], [100 / batch, "100"], [1000 / batch, "1,000"], [10000 / batch, "10,000"]]) {
      draw(svg, "text", { x: x(update), y: HEIGHT - 20, "text-anchor": "middle" }, said);
    }
    draw(svg, "text", { x: (left + width - right) / 2, y: HEIGHT - 3, "text-anchor": "middle" }, "episodes seen");
    const path = (curve) => curve.map(([update, nats]) => [x(update), y(nats)]);
    if (reference) draw(svg, "polyline", { points: points(path(reference)), class: "earlier strong" });
    draw(svg, "polyline", { points: points(path(measured)), class: "network fair" });
    const [cx, cy] = path(measured).at(-1);
    draw(svg, "circle", { cx, cy, r: 5.5, class: "mark fair" });
  }

  class Trainer extends Part {
    constructor(container, data) {
      super(container, "Train a network to predict coins. Press T to train or pause, S for one step, R to begin again, N for another seed.");
      this.data = data;
      this.chosen = { a: data.a, b: data.b, seed: 0, until: 0 };
      this.order = 0; // reports of a training that was given up carry an older one
      this.still = window.matchMedia("(prefers-reduced-motion: reduce)");
      this.buttons = {
        train: this.button("Train (T)", ["T", " "], () => (this.running ? this.pause() : this.train())),
        step: this.button("Step (S)", ["S"], () => this.step()),
        reset: this.button("Begin again (R)", ["R"], () => this.begin()),
        seed: this.button("Another seed (N)", ["N"], () => this.begin({ seed: (this.chosen.seed + 1) % SEEDS })),
        ...(this.inNotebook ? {} : { link: this.button("Copy link", [], () => this.copyLink()) }),
      };
      this.sliders = { a: this.slider("a", "Prior: heads, "), b: this.slider("b", "Prior: tails, ") };
      this.where = element("p", { class: "where" });
      this.left = drawing("Probability of heads after every history of up to six tosses, said by the network and by Bayes", 330, HEIGHT);
      this.right = drawing("Divergence of the network from Bayes over its training, both on logarithmic axes", 330, HEIGHT);
      this.restart();
      this.open(
        element("div", { class: "sliders" }, Object.values(this.sliders).flatMap(({ label, input, said }) => [label, input, said])),
        element("div", { class: "controls" }, Object.values(this.buttons)),
        this.where,
        element("div", { class: "maps pair" }, [
          titled("What it says of heads", "after each history of tosses", this.left),
          titled("How far from Bayes", "nats over an episode; held-out episodes", this.right),
        ]),
        element("p", { class: "legend", "aria-hidden": "true" }, [
          element("span", { class: "key fair line" }, ["your network"]),
          element("span", { class: "key dashed" }, ["Bayes"]),
          (this.torch = element("span", { class: "key solid" }, ["the same training in torch, another seed"])),
        ]),
        element("p", { class: "try" }, [
          element("strong", {}, ["Try this. "]),
          "Pause near 4,000 episodes: does the order of the same tosses matter? Then set both sliders to 20, train again, and ask why it begins so close.",
        ]),
      );
      if (!this.fromAddress()) this.rest(false);
      window.addEventListener("hashchange", () => this.fromAddress());
    }

    slider(name, text) {
      const id = `trainer-${name}`;
      const input = element("input", { type: "range", id, min: 0, max: this.data.priors.length - 1, step: 1 });
      input.addEventListener("input", () => this.begin({ [name]: this.data.priors[input.value] }));
      return { input, label: element("label", { for: id }, [text, element("em", {}, [name])]), said: element("output", { for: id, "aria-live": "off" }) };
    }

    get settings() {
      return { ...this.data, a: this.chosen.a, b: this.chosen.b };
    }

    /** An untrained network of this seed, for coins from this prior. */
    restart() {
      this.order++;
      this.running = this.begun = false;
      const fresh = new Training(this.settings, this.chosen.seed);
      [this.update, this.tree, this.measured] = [0, fresh.tree(DEPTH), [[0, fresh.divergence()]]];
    }

    begin(change = {}) {
      Object.assign(this.chosen, change);
      this.restart();
      this.rest();
    }

    train(until = this.data.updates) {
      this.until = this.update < until ? until : this.data.updates;
      if (this.update === this.data.updates) return;
      this.running = true;
      this.name();
      this.status.textContent = "Training.";
      this.ask();
    }

    step() {
      if (this.running || this.update === this.data.updates) return;
      this.until = this.update + 1;
      this.running = true;
      this.ask();
    }

    pause() {
      this.until = this.update; // what the worker does now comes, and is the last
    }

    /** Ask the worker for the next picture: the training goes on only when the last was drawn. */
    ask() {
      if (!this.worker) {
        this.worker = worker();
        this.worker.onmessage = ({ data }) => this.hear(data);
      }
      const next = this.data.moments.find((moment) => moment > this.update) || this.update;
      const to = Math.min(next, this.update + REPORT, Math.max(this.until, this.update));
      const fresh = this.begun ? {} : { settings: this.settings, seed: this.chosen.seed };
      this.begun = true;
      this.worker.postMessage({ ...fresh, to, measure: to === next || to >= this.until, depth: DEPTH, order: this.order });
    }

    hear({ update, tree, divergence, order }) {
      if (order !== this.order) return;
      Object.assign(this, { update, tree });
      if (divergence !== null) this.measured.push([update, divergence]);
      if (update >= this.until && divergence !== null) return this.rest();
      if (this.still.matches) this.name();
      else this.draw();
      this.ask(); // where a reader paused, the divergence may be yet to measure
    }

    /** Nothing moves any more: draw it, say it, and let the address tell it. */
    rest(remember = true) {
      this.running = false;
      this.draw();
      this.tell();
      if (!remember || this.inNotebook) return;
      const { a, b, seed } = this.chosen;
      const first = a === this.data.a && b === this.data.b && !seed && !this.update;
      window.history.replaceState(null, "", first ? window.location.pathname + window.location.search : `#train=${[a, b, seed, this.update].join(",")}`);
    }

    /** A training at the end of the page's address, as in `#train=2,1,7,400`: prior, seed, updates. Whether there is one. */
    fromAddress() {
      const found = /^#train=([\d.]+),([\d.]+),(\d+)(?:,(\d+))?$/.exec(window.location.hash);
      if (!found || this.inNotebook) return false;
      const [a, b, seed, updates] = found.slice(1).map((text) => Number(text || 0));
      if (![a, b].every((each) => this.data.priors.includes(each)) || seed >= SEEDS || updates > this.data.updates) return false;
      Object.assign(this.chosen, { a, b, seed });
      this.restart();
      this.rest(false);
      if (updates) this.train(updates);
      this.root.scrollIntoView({ block: "center" });
      return true;
    }

    /** What buttons and sliders say. */
    name() {
      const episodes = (updates) => (updates * this.data.batch).toLocaleString("en");
      const done = this.update === this.data.updates;
      this.buttons.train.textContent = this.running ? "Pause (T)" : "Train (T)";
      this.disable({ train: done, step: done || this.running, reset: !this.update && !this.running });
      for (const [name, { input, said }] of Object.entries(this.sliders)) {
        input.value = this.data.priors.indexOf(this.chosen[name]);
        said.textContent = this.chosen[name];
        input.setAttribute("aria-valuetext", this.chosen[name]);
      }
      this.where.textContent = `${episodes(this.update)} of ${episodes(this.data.updates)} episodes; seed ${this.chosen.seed}`;
    }

    draw() {
      const { a, b } = this.chosen;
      const reference = a === this.data.a && b === this.data.b ? this.data.reference : null;
      this.torch.hidden = !reference;
      treeChart(this.left, this.tree, this.chosen);
      learningCurve(this.right, { ...this.data, measured: this.measured, reference });
      this.name();
      Object.assign(this.root.dataset, { update: this.update, nats: this.measured.at(-1)[1] });
    }

    tell() {
      const { a, b } = this.chosen;
      const nats = this.measured.at(-1)[1];
      const after = (history) => this.tree[[...history].reduce((k, toss) => 2 * k + (toss === "H" ? 1 : 2), 0)].toFixed(2);
      const bayes = (heads, tails) => ((a + heads) / (a + b + heads + tails)).toFixed(2);
      const heads = `Probability of heads after HHH ${after("HHH")} (Bayes ${bayes(3, 0)}), after HHHTTT ${after("HHHTTT")}, after TTTHHH ${after("TTTHHH")} (Bayes ${bayes(3, 3)} for both).`;
      const when = this.update ? `After ${(this.update * this.data.batch).toLocaleString("en")} episodes` : "Untrained";
      const next = this.update ? "" : " Press Train.";
      this.status.textContent = `${when}: ${nats.toFixed(nats < 0.1 ? 4 : 2)} nats from Bayes over ${this.data.steps} tosses. ${heads}${next}`;
    }
  }

  book.trainers = book.bring("trainer", Trainer);
})(window.LearningToInfer);
