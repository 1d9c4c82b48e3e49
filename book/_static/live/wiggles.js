/* The wiggle bench: make points; a trained network, a Bayesian and a Learner say what function they come from, and of which
   waves it is made. See experiments/fourier/widget.py for the data; lib/agents/lstm.py, lib/optimal/fourier_posterior.py, lib/probes/fourier.py
   and lib/training/single_task.py for the same in Python. */
"use strict";

(function (book) {
  const { LeanAgent } = book.machines;
  const { numbers } = book.arithmetic;
  const { uniform } = book.chance;
  const { element, draw, drawing, row, table, points, mark, spread, isPlace } = book.page;
  const { Part } = book.parts;
  const [GRID, CURVE] = [40, 160]; // places at which waves are measured; at which curves are drawn
  const [HEIGHT, LOW, LEFT, RIGHT, TOP, BOTTOM] = [260, 190, 34, 12, 10, 30];
  const TALLEST = 4; // y that is shown, up and down
  const [STEP_X, STEP_Y] = [0.025, 0.25]; // of the cross, by arrow keys

  /** sin(2 pi k x) and cos(2 pi k x), each sine before its cosine. */
  const waves = (x, modes) =>
    Array.from({ length: 2 * modes }, (_, i) => (i % 2 ? Math.cos : Math.sin)(2 * Math.PI * (1 + Math.floor(i / 2)) * x));

  const dot = (a, b) => a.reduce((sum, each, i) => sum + each * b[i], 0);

  /** Where a function is asked: as in lib/probes/fourier.py. */
  const grid = Array.from({ length: GRID }, (_, i) => (i + 0.5) / GRID - 0.5);

  /** How much of each sine and cosine there is in a function, by its values on the grid. */
  function coefficients(f, modes) {
    const found = new Array(2 * modes).fill(0);
    for (const x of grid) {
      const y = f(x);
      waves(x, modes).forEach((wave, i) => (found[i] += (2 * wave * y) / GRID));
    }
    return found;
  }

  const amplitudes = (c) => Array.from({ length: c.length / 2 }, (_, k) => Math.hypot(c[2 * k], c[2 * k + 1]));

  /** Equation (10): projections on the truth's waves. */
  const projected = (c, truth) =>
    Array.from({ length: c.length / 2 }, (_, k) => {
      const [s, t] = [c.slice(2 * k, 2 * k + 2), truth.slice(2 * k, 2 * k + 2)];
      return dot(s, t) / dot(t, t);
    });

  /** Solve a x = b for a symmetric, positive a, by elimination. */
  function solve(a, b) {
    const m = a.map((line, i) => [...line, b[i]]);
    for (let i = 0; i < m.length; i++) {
      for (let j = i + 1; j < m.length; j++) {
        const factor = m[j][i] / m[i][i];
        for (let k = i; k <= m.length; k++) m[j][k] -= factor * m[i][k];
      }
    }
    const x = new Array(m.length).fill(0);
    for (let i = m.length - 1; i >= 0; i--) x[i] = (m[i][m.length] - dot(m[i].slice(i + 1, -1), x.slice(i + 1))) / m[i][i];
    return x;
  }

  /** What a network believes after these points: it hears x_t and y_{t-1}, so the last y comes with the question. */
  function ofNetwork(agent, seen) {
    let state = agent.initialState();
    let told = 0;
    for (const [x, y] of seen) {
      state = agent.step(state, [x, told]).state;
      told = y;
    }
    const recalled = agent.recall(state);
    return (x) => agent.step(state, [x, told], recalled).output[0];
  }

  /** The posterior mean of the linear Bayesian, as coefficients. */
  function ofBayes({ amplitudes: a, noise }, seen) {
    const size = 2 * a.length;
    const deviation = Array.from({ length: size }, (_, i) => a[Math.floor(i / 2)] / Math.SQRT2);
    const squares = Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => (i === j ? noise ** 2 : 0)));
    const products = new Array(size).fill(0);
    for (const [x, y] of seen) {
      const own = waves(x, a.length).map((wave, i) => wave * deviation[i]);
      for (let i = 0; i < size; i++) {
        products[i] += own[i] * y;
        for (let j = 0; j < size; j++) squares[i][j] += own[i] * own[j];
      }
    }
    return solve(squares, products).map((each, i) => each * deviation[i]);
  }

  /** A network with rectified hidden layers, and Adam. */
  class Learner {
    constructor({ weights, biases, rate }) {
      this.first = { weights, biases };
      this.rate = rate;
      this.begin();
    }

    begin() {
      const own = ({ shape, float32 }) => ({ shape, value: numbers(float32) });
      this.layers = this.first.weights.map((weight, i) => [own(weight), own(this.first.biases[i])]);
      for (const each of this.layers.flat()) {
        [each.slope, each.mean, each.square] = [0, 1, 2].map(() => new Float64Array(each.value.length));
      }
      this.steps = 0;
    }

    /** What goes into each layer, and what comes out of the last. */
    pass(x) {
      let into = Float64Array.of(x);
      const all = [into];
      this.layers.forEach(([weight, bias], depth) => {
        const out = Float64Array.from(bias.value);
        for (let i = 0, at = 0; i < into.length; i++) for (let j = 0; j < out.length; j++) out[j] += into[i] * weight.value[at++];
        if (depth < this.layers.length - 1) for (let j = 0; j < out.length; j++) out[j] = Math.max(0, out[j]);
        all.push((into = out));
      });
      return all;
    }

    says(x) {
      return this.pass(x).at(-1)[0];
    }

    /** One step on the mean squared error over these points. */
    learn(seen) {
      for (const each of this.layers.flat()) each.slope.fill(0);
      for (const [x, y] of seen) {
        const all = this.pass(x);
        let back = Float64Array.of((2 * (all.at(-1)[0] - y)) / seen.length);
        for (let depth = this.layers.length - 1; depth >= 0; depth--) {
          const [[weight, bias], into] = [this.layers[depth], all[depth]];
          const next = new Float64Array(into.length);
          for (let j = 0; j < back.length; j++) bias.slope[j] += back[j];
          for (let i = 0, at = 0; i < into.length; i++) {
            for (let j = 0; j < back.length; j++, at++) {
              weight.slope[at] += into[i] * back[j];
              if (into[i] > 0) next[i] += weight.value[at] * back[j];
            }
          }
          back = next;
        }
      }
      this.steps += 1;
      const [first, second] = [1 - 0.9 ** this.steps, 1 - 0.999 ** this.steps];
      for (const { value, slope, mean, square } of this.layers.flat()) {
        for (let i = 0; i < value.length; i++) {
          mean[i] += 0.1 * (slope[i] - mean[i]);
          square[i] += 0.001 * (slope[i] ** 2 - square[i]);
          value[i] -= (this.rate * mean[i]) / first / (Math.sqrt(square[i] / second) + 1e-8);
        }
      }
    }
  }

  const PLAYERS = [
    { name: "own", words: "Learner", shape: "triangle" },
    { name: "trained", words: "network", shape: "circle" },
    { name: "optimal", words: "linear Bayes", shape: "square" },
  ];

  const MANY = 100; // deeds that an address may ask for
  const DEED = /^([plu]|-?\d+\.\d+:-?\d+\.\d+)$/;

  class WiggleBench extends Part {
    constructor(container, data) {
      super(
        container,
        "Wiggle bench. Arrow keys move the cross, Enter makes a point there. P takes a point from a hidden wiggle, S shows " +
          "the wiggle, N hides another, L lets the Learner learn on, U undoes, R removes all points.",
      );
      Object.assign(this, data);
      this.modes = data.world.amplitudes.length;
      this.agent = new LeanAgent(data.network);
      this.learner = new Learner(data.learner);
      this.cross = [0, 0];
      this.number = 0;
      this.buttons = {
        take: this.button("Point from the wiggle (P)", ["P"], () => this.take()),
        learn: this.button(`Learner: ${data.each} more steps (L)`, ["L"], () => this.learn()),
        undo: this.button("Undo (U)", ["U", "Backspace"], () => this.undo()),
        reset: this.button("No points (R)", ["R"], () => this.reset()),
        see: this.button("Show the wiggle (S)", ["S"], () => this.see(!this.seen)),
        renew: this.button("Another wiggle (N)", ["N"], () => this.renew()),
        link: this.linked("wiggle", () => [this.number, this.skipped, this.deeds.join("_")], (...texts) => this.recalled(...texts)),
      };
      const moves = { arrowleft: [-1, 0], arrowright: [1, 0], arrowdown: [0, -1], arrowup: [0, 1] };
      for (const [key, by] of Object.entries(moves)) this.keys[key] = () => this.move(...by);
      this.keys.enter = () => this.place(this.cross);
      this.plot = drawing("The points, and the function that each of the three believes in", 680, HEIGHT);
      this.plot.classList.add("canvas");
      this.plot.addEventListener("click", (event) => this.clicked(event));
      this.bars = drawing("Amplitude of each of five waves in what each of the three believes", 680, LOW);
      this.readout = table("", ["", ...Array.from({ length: this.modes }, (_, k) => `k = ${k + 1}`)]);
      this.hide();
      for (let i = 0; i < data.played; i++) this.do("p");
      const group = (...buttons) => element("span", { class: "group" }, buttons);
      const chart = (title, note, svg) =>
        element("figure", { class: "chart" }, [element("figcaption", {}, [title, element("small", {}, [note])]), svg]);
      const { take, learn, undo, reset, see, renew, link } = this.buttons;
      this.open(
        element("div", { class: "controls" }, [group(take, learn), group(undo, reset), group(see, renew), group(link)]),
        chart("The function", "Click to make a point. The Learner's line is thin, the network's thick, the Bayesian's dashed.", this.plot),
        chart("Its waves", "Amplitude against frequency. In the world that the network knows, each is 1: the line.", this.bars),
        this.readout.whole,
        element("p", { class: "try" }, [
          element("strong", {}, ["Try this. "]),
          "Take points one by one (P) and watch the fifth wave: who finds it first? Then press L a few times: what does the Learner find without another point?",
        ]),
      );
      this.tell();
    }

    /** Draw a wiggle from the world; no points yet. */
    hide() {
      const chance = uniform(this.seed + 7919 * this.number);
      this.truth = this.world.amplitudes.flatMap((a) => {
        const phase = 2 * Math.PI * chance();
        return [a * Math.cos(phase), a * Math.sin(phase)];
      });
      this.chance = chance;
      this.drawn = 0; // points of this wiggle that were taken
      this.seen = false;
      this.empty();
    }

    empty() {
      this.points = [];
      this.pure = true; // all points are the wiggle's
      this.learner.begin();
      [this.skipped, this.deeds] = [this.drawn, []]; // what a reader did since, so that a link can do it again
    }

    at(x) {
      return dot(waves(x, this.modes), this.truth);
    }

    get full() {
      return this.points.length >= this.most;
    }

    /** Do something, and show what comes of it: "p" takes a point, "l" learns on, "u" undoes, "x:y" makes a point there. */
    does(deed) {
      this.do(deed);
      this.show();
    }

    do(deed) {
      this.deeds.push(deed);
      if (deed === "p") this.add(this.next(), true);
      else if (deed === "l") this.learnOn();
      else if (deed === "u") this.takeBack();
      else this.add(deed.split(":").map(Number), false);
    }

    add(point, own) {
      if (this.full) return;
      this.points.push([...point, own]);
      this.learnOn();
    }

    /** The next point of the wiggle. */
    next() {
      this.drawn += 1;
      const x = this.chance() - 0.5;
      return [x, this.at(x)];
    }

    take() {
      this.does("p");
    }

    place(point) {
      this.does(point.map((value) => value.toFixed(3)).join(":"));
    }

    learn() {
      this.does("l");
    }

    undo() {
      this.does("u");
    }

    learnOn() {
      if (this.points.length) for (let i = 0; i < this.each; i++) this.learner.learn(this.points);
    }

    takeBack() {
      const steps = this.learner.steps;
      this.points.pop();
      this.learner.begin();
      if (this.points.length) for (let i = 0; i < Math.max(0, steps - this.each); i++) this.learner.learn(this.points);
    }

    /** A wiggle and what was done with it that an address asks for. */
    recalled(number, skipped, deeds = "") {
      const done = deeds.split("_").filter(Boolean);
      const known = done.every((deed) => DEED.test(deed)) && done.length <= MANY;
      if (!known || !isPlace(number) || !isPlace(skipped)) return false;
      this.number = Number(number);
      this.hide();
      for (let i = 0; i < Number(skipped); i++) this.next();
      this.empty();
      for (const deed of done) this.do(deed);
      this.show();
      return true;
    }

    reset() {
      this.empty();
      this.show();
    }

    renew() {
      this.number += 1;
      this.hide();
      this.show();
    }

    see(seen) {
      this.seen = seen;
      this.show();
    }

    move(across, up) {
      const within = (value, most) => Math.min(most, Math.max(-most, value));
      const [x, y] = this.cross;
      this.cross = [within(Math.round((x + across * STEP_X) * 1e4) / 1e4, 0.5), within(y + up * STEP_Y, TALLEST)];
      this.draw();
      this.status.textContent = `The cross is at x ${this.cross[0].toFixed(3)}, y ${this.cross[1].toFixed(2)}.`;
    }

    clicked(event) {
      const box = this.plot.getBoundingClientRect();
      const width = this.plot.viewBox.baseVal.width;
      const [px, py] = [((event.clientX - box.left) * width) / box.width, ((event.clientY - box.top) * HEIGHT) / box.height];
      const x = (px - LEFT) / (width - LEFT - RIGHT) - 0.5;
      const y = TALLEST * (1 - (2 * (py - TOP)) / (HEIGHT - TOP - BOTTOM));
      if (Math.abs(x) > 0.5 || Math.abs(y) > TALLEST) return;
      this.cross = [x, y];
      this.place(this.cross);
      this.root.focus({ preventScroll: true });
    }

    /** What each of the three believes: as a function, and as coefficients. */
    beliefs() {
      const network = ofNetwork(this.agent, this.points);
      const bayes = ofBayes(this.world, this.points);
      const functions = [(x) => this.learner.says(x), network, (x) => dot(waves(x, this.modes), bayes)];
      return PLAYERS.map((player, i) => ({
        ...player,
        f: functions[i],
        found: i === 2 ? bayes : coefficients(functions[i], this.modes),
      }));
    }

    draw() {
      const beliefs = this.beliefs();
      this.drawPlot(beliefs);
      this.drawBars(beliefs);
      const known = this.points.length > 0 && this.points.every((point) => point[2]);
      this.readout.whole.querySelector("caption").textContent = known
        ? "Amplitude of each wave, and how much of the hidden one it is (q)"
        : "Amplitude of each wave";
      this.readout.body.replaceChildren(
        ...beliefs.map(({ name, words, shape, found }) => {
          const [own, q] = [amplitudes(found), projected(found, this.truth)];
          const cells = own.map((a, k) => (known ? `${a.toFixed(2)} (${q[k].toFixed(2)})` : a.toFixed(2)));
          const data = { "data-player": name, "data-amplitudes": own.join(" "), "data-q": q.join(" ") };
          return row([element("span", { class: `key ${name} ${shape}` }, [words]), ...cells], data);
        }),
      );
    }

    drawPlot(beliefs) {
      const width = spread(this.plot, HEIGHT);
      const x = (at) => LEFT + (width - LEFT - RIGHT) * (at + 0.5);
      const y = (at) => TOP + ((HEIGHT - TOP - BOTTOM) * (1 - Math.min(1.02, Math.max(-1.02, at / TALLEST)))) / 2;
      for (const value of [-4, -2, 0, 2, 4]) {
        draw(this.plot, "line", { x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value), class: "grid" });
        draw(this.plot, "text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, String(value));
      }
      for (const value of [-0.5, -0.25, 0, 0.25, 0.5]) {
        draw(this.plot, "text", { x: x(value), y: HEIGHT - 10, "text-anchor": "middle" }, String(value));
      }
      const path = (f) => points(Array.from({ length: CURVE + 1 }, (_, i) => i / CURVE - 0.5).map((at) => [x(at), y(f(at))]));
      if (this.seen) draw(this.plot, "polyline", { points: path((at) => this.at(at)), class: "earlier truth-shown" });
      for (const { name, f } of beliefs) {
        const looks = { own: "walk thin own", trained: "network trained", optimal: "bayes" };
        draw(this.plot, "polyline", { points: path(f), class: looks[name], "data-player": name });
      }
      for (const [px, py] of this.points) draw(this.plot, "circle", { cx: x(px), cy: y(py), r: 4, class: "here" });
      const [cx, cy] = [x(this.cross[0]), y(this.cross[1])];
      draw(this.plot, "path", { d: `M${cx - 6} ${cy}h12M${cx} ${cy - 6}v12`, class: "bayes" });
    }

    drawBars(beliefs) {
      const width = spread(this.bars, LOW);
      const most = Math.max(1.5, ...beliefs.flatMap(({ found }) => amplitudes(found)));
      const y = (a) => TOP + (LOW - TOP - BOTTOM) * (1 - a / most);
      const room = (width - LEFT - RIGHT) / this.modes;
      for (const value of [0, 1]) {
        draw(this.bars, "line", { x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value), class: value ? "zero" : "grid" });
        draw(this.bars, "text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, String(value));
      }
      for (let k = 0; k < this.modes; k++) {
        draw(this.bars, "text", { x: LEFT + room * (k + 0.5), y: LOW - 8, "text-anchor": "middle" }, `k = ${k + 1}`);
        beliefs.forEach(({ name, shape, found }, i) => {
          const [a, wide] = [amplitudes(found)[k], room * 0.22];
          const left = LEFT + room * (k + 0.14 + 0.25 * i);
          draw(this.bars, "rect", { x: left, y: y(a), width: wide, height: y(0) - y(a), class: `bar ${name}` });
          mark(this.bars, shape, left + wide / 2, y(a), 3, name);
        });
      }
    }

    tell() {
      const q = this.beliefs().map(({ words, found }) => `${words} ${amplitudes(found).map((a) => a.toFixed(2)).join(", ")}`);
      const count = `${this.points.length} point${this.points.length === 1 ? "" : "s"}`;
      const end = this.full ? ` ${this.most} points are the most.` : "";
      this.status.textContent = `After ${count} and ${this.learner.steps} steps of the Learner, amplitudes: ${q.join("; ")}.${end}`;
    }

    show() {
      this.draw();
      const none = !this.points.length;
      this.disable({ take: this.full, learn: none, undo: none, reset: none });
      this.buttons.see.setAttribute("aria-pressed", String(this.seen));
      this.tell();
      this.remember();
    }
  }

  book.wiggles = book.bring("wiggles", WiggleBench);
  book.waves = { waves, coefficients, projected, ofNetwork, ofBayes, Learner };
})(window.LearningToInfer);
