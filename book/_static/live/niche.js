/* Is it worth a look? Choose a one-armed world; the page works out both ways to explore it. See experiments/one_armed/widget.py for the
   data, lib/optimal/explore_then_commit.py and lib/optimal/stopping.py for the same in Python. */
"use strict";

(function (book) {
  const { element, draw, drawing, titled, row, table, points, mark, spread, isOn } = book.page;
  const { Part } = book.parts;
  const HEIGHT = 280;
  const density = (z) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

  /** The chance that a standard normal number is below z: Marsaglia's series inside, a continued fraction in the tail. */
  function below(z) {
    if (z > 0) return 1 - below(-z);
    if (z > -5) {
      let [sum, term] = [z, z];
      for (let i = 3; Math.abs(term) > 1e-17; i += 2) sum += term *= (z * z) / i;
      return 0.5 + sum * density(z);
    }
    let fraction = 0;
    for (let i = 24; i >= 1; i--) fraction = i / (fraction - z);
    return density(z) / (fraction - z);
  }

  /** J(n): pull n times, then stay with what looks better. */
  function expectedReturn(n, { sigmaP, sigmaL, lifetime, mean }) {
    if (!n) return lifetime * Math.max(mean, 0);
    const s = Math.sqrt(n / (sigmaL ** 2 + n * sigmaP ** 2)) * sigmaP ** 2;
    return n * mean + (lifetime - n) * (mean * below(mean / s) + s * density(mean / s));
  }

  /** J(n) for every n from 0 to the lifetime. */
  const returns = (niche) => Array.from({ length: niche.lifetime + 1 }, (_, n) => expectedReturn(n, niche));

  const best = (values) => values.indexOf(Math.max(...values));

  /** Every n whose neighbours earn less. */
  const maxima = (values) =>
    [...values.keys()].filter((n) => !(values[n - 1] >= values[n]) && !(values[n + 1] >= values[n]));

  /** How often a rule that fixes n pulls an arm that in truth pays the prior mean. */
  function fixedPulls(n, { sigmaP, sigmaL, lifetime, mean }) {
    if (!n) return mean > 0 ? lifetime : 0;
    const beyond = n * mean + mean * (sigmaL / sigmaP) ** 2;
    return n + (lifetime - n) * below(beyond / (Math.sqrt(n) * sigmaL));
  }

  const [LOW, HIGH] = [-6, 8]; // as in lib/optimal/stopping_grid.py

  /** The recursion backwards, on a grid of posterior means in units of sigma_p: a value that is linear between the points is
   *  a sum of hinges, and the expectation of each is exact. Says what the first pull is worth, and where to stop. */
  function backwards({ sigmaP, sigmaL, lifetime, mean }, size) {
    const [ratio, step] = [(sigmaP / sigmaL) ** 2, (HIGH - LOW) / size];
    const start = Math.min(Math.max(mean / sigmaP, LOW + step), HIGH - 2 * step);
    const at = Math.floor((start - LOW) / step);
    const x = Float64Array.from({ length: size }, (_, i) => start + step * (i - at));
    const [values, worth, lift] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
    const boundaries = new Float64Array(lifetime);
    for (let n = lifetime - 1; n >= 0; n--) {
      const move = Math.sqrt(ratio / ((1 + n * ratio) * (1 + (n + 1) * ratio)));
      const reach = Math.min(size - 1, Math.ceil((6 * move) / step));
      for (let far = 0; far <= reach; far++) {
        const z = (far * step) / move;
        lift[far] = move * (density(z) - z * below(-z));
      }
      for (let i = 0; i < size; i++) worth[i] = x[i] + values[i];
      for (let hinge = 0, left = 0; hinge < size - 1; hinge++) {
        const right = (values[hinge + 1] - values[hinge]) / step;
        const turn = right - left;
        left = right;
        if (turn < 1e-12) continue; // far from the boundary the value is straight
        const [from, to] = [Math.max(0, hinge - reach), Math.min(size - 1, hinge + reach)];
        for (let i = from; i < hinge; i++) worth[i] += turn * lift[hinge - i];
        for (let i = hinge; i <= to; i++) worth[i] += turn * lift[i - hinge];
      }
      let above = 1;
      while (above < size - 1 && worth[above] <= 0) above++;
      boundaries[n] = sigmaP * (x[above] - (step * worth[above]) / (worth[above] - worth[above - 1]));
      for (let i = 0; i < size; i++) values[i] = Math.max(worth[i], 0);
    }
    return { first: sigmaP * worth[at], boundaries };
  }

  /** What the adaptive optimum earns, and where it stops; on two grids, by which most of the error is taken away. */
  function adaptive(niche, size = 512) {
    const [coarse, fine] = [backwards(niche, size / 2), backwards(niche, size)];
    const without = (one, other) => other + (other - one) / 3; // Richardson: half the step, a quarter of the error
    const boundaries = fine.boundaries.map((boundary, n) => without(coarse.boundaries[n], boundary));
    if (niche.mean / niche.sigmaP < LOW + 1) return { earns: 0, boundaries }; // so sure that there is nothing to learn
    return { earns: Math.max(0, without(coarse.first, fine.first)), boundaries };
  }

  const GREGORY = [251 / 720, 299 / 240, 211 / 240, 739 / 720]; // weights of the trapezoid rule's first nodes

  /** How often it pulls an arm that in truth pays the prior mean: the sum of rewards is a walk above a boundary, and those
   *  still walking are carried forward; as in lib/optimal/first_passage.py. */
  function adaptivePulls({ sigmaP, sigmaL, mean }, boundaries, step = 0.2) {
    const ratio = (sigmaP / sigmaL) ** 2;
    const bound = (n) => (boundaries[n] * (n + 1 / ratio) - mean / ratio - mean * n) / sigmaL; // without the drift
    if (bound(0) >= 0) return 0;
    let [pulls, walkers] = [1, null];
    for (let n = 1; n < boundaries.length; n++) {
      const size = Math.ceil((6 * Math.sqrt(n) - bound(n)) / step);
      if (size < 2) break;
      const next = new Float64Array(size);
      if (n === 1) for (let i = 0; i < size; i++) next[i] = density(bound(1) + step * i);
      else {
        const shift = bound(n) - bound(n - 1);
        const [least, most] = [-6, 6].map((z) => Math.ceil((z - shift) / step));
        for (let off = least; off <= most; off++) {
          const bell = step * density(off * step + shift);
          for (let i = Math.max(0, off); i < Math.min(size, walkers.length + off); i++) next[i] += bell * walkers[i - off];
        }
      }
      for (let i = 0; i < Math.min(GREGORY.length, size); i++) next[i] *= GREGORY[i];
      const there = step * next.reduce((sum, each) => sum + each, 0);
      pulls += there;
      if (there < 1e-6) break;
      let last = size - 1;
      while (last > 0 && next[last] < 1e-8) last--; // nobody is further up
      walkers = next.subarray(0, last + 1);
    }
    return pulls;
  }

  /** The smallest sigma_p from which on a fixed number of pulls pays. */
  function fixedEdge(sigmaL, lifetime, mean) {
    const pays = (sigmaP) => {
      const niche = { sigmaP, sigmaL, lifetime, mean };
      // Even to be told mu at once earns no more than this: no larger n can pay.
      const most = (lifetime - 1) * (mean * below(mean / sigmaP) + sigmaP * density(mean / sigmaP));
      for (let n = 1; n < lifetime && -mean * n < most; n++) if (expectedReturn(n, niche) > 0) return true;
      return false;
    };
    let [low, high] = [0, -mean];
    while (!pays(high)) [low, high] = [high, 2 * high];
    while (high - low > 1e-3 * high) {
      const middle = (low + high) / 2;
      if (pays(middle)) high = middle;
      else low = middle;
    }
    return (low + high) / 2;
  }

  /** A row of a table between its rows, by the logarithm of where they stand. */
  function between(rows, places, place) {
    const after = Math.max(1, places.findIndex((each) => each >= place));
    const share = Math.log(place / places[after - 1]) / Math.log(places[after] / places[after - 1]);
    return rows[after].map((value, i) => Math.exp((1 - share) * Math.log(rows[after - 1][i]) + share * Math.log(value)));
  }

  /** Round numbers to stand at an axis: at most so many. */
  function ticks(low, high, most) {
    const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500];
    const step = steps.find((each) => (high - low) / each <= most) || 1000;
    const first = Math.ceil(low / step - 1e-9);
    return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => Number(((first + i) * step).toFixed(6)));
  }

  /** A grid with numbers, and where a value is in the drawing. */
  function axes(svg, { x: [xLow, xHigh], y: [yLow, yHigh], label, up }) {
    const width = spread(svg, HEIGHT);
    const [left, right, bottom, top] = [44, 12, 38, 22];
    const x = (value) => left + ((width - left - right) * (value - xLow)) / (xHigh - xLow);
    const y = (value) => HEIGHT - bottom - ((HEIGHT - top - bottom) * (value - yLow)) / (yHigh - yLow);
    for (const value of ticks(yLow, yHigh, 6)) {
      draw(svg, "line", { x1: left, x2: width - right, y1: y(value), y2: y(value), class: "grid" });
      draw(svg, "text", { x: left - 7, y: y(value) + 4, "text-anchor": "end" }, String(value).replace("-", "−"));
    }
    for (const value of ticks(xLow, xHigh, 6)) {
      draw(svg, "text", { x: x(value), y: HEIGHT - 20, "text-anchor": "middle" }, String(value));
    }
    draw(svg, "text", { x: (left + width - right) / 2, y: HEIGHT - 3, "text-anchor": "middle" }, label);
    draw(svg, "text", { x: 2, y: 12 }, up);
    const value = (px) => xLow + ((xHigh - xLow) * (px - left)) / (width - left - right);
    const height = (py) => yLow + ((yHigh - yLow) * (HEIGHT - bottom - py)) / (HEIGHT - top - bottom);
    return { x, y, value, height, width };
  }

  const sum = (value) => (Math.abs(value) < 0.005 ? "0" : value.toFixed(2).replace("-", "−"));

  class NicheBench extends Part {
    constructor(container, data) {
      super(
        container,
        "A world with one unknown arm. Arrow keys on the sliders change how much arms differ, how noisy rewards are and " +
          "how long a life lasts.",
      );
      Object.assign(this, data);
      this.niche = { ...data.start, mean: data.mean };
      const [sigmaLs, sigmaPs] = [data.sigmaL, data.sigmaP].map((axis) => [axis[0], axis.at(-1)]);
      this.ranges = { sigmaP: [...sigmaPs, 0.01], sigmaL: [...sigmaLs, 0.02], lifetime: [data.lifetimes[0], data.lifetimes.at(-1), 1] };
      this.sliders = {
        sigmaP: this.slider("sigmaP", "How much arms differ, σ", "p"),
        sigmaL: this.slider("sigmaL", "How noisy rewards are, σ", "l"),
        lifetime: this.slider("lifetime", "How long a life lasts, ", "T"),
      };
      const link = this.linked("niche", () => Object.keys(this.ranges).map((name) => this.niche[name]), (...texts) => this.recalled(...texts));
      this.curve = drawing("Expected return of a life against the number of pulls that is fixed beforehand", 340, HEIGHT);
      this.map = drawing("Worlds by noise and by how much arms differ, and the edges from which on each rule explores", 340, HEIGHT);
      this.readout = table("Both rules in this world", ["", "first pulls", "earns in a life", `pulls if μ = ${data.mean}`.replace("-", "−")]);
      this.map.addEventListener("pointerdown", (event) => this.point(event));
      this.map.addEventListener("pointermove", (event) => event.buttons && event.pointerType === "mouse" && this.point(event));
      this.open(
        element("div", { class: "sliders" }, Object.values(this.sliders).flatMap(({ label, input, said }) => [label, input, said])),
        element("div", { class: "maps pair" }, [
          titled("What n fixed pulls earn", "reward in a life; the dashed line: the adaptive optimum", this.curve),
          titled("Where exploring pays", "above its edge; click to choose a world", this.map),
        ]),
        element("p", { class: "legend", "aria-hidden": "true" }, [
          element("span", { class: "key fair line" }, ["n fixed beforehand"]),
          element("span", { class: "key optimal line broken" }, ["adaptive"]),
          element("span", { class: "key here" }, ["this world; its best n"]),
          element("span", { class: "key hollow" }, ["another local maximum"]),
        ]),
        this.readout.whole,
        element("div", { class: "controls" }, [link]),
      );
      this.tell();
    }

    /** A world that an address asks for. */
    recalled(...texts) {
      const names = Object.keys(this.ranges);
      const known = names.every((name, i) => isOn(texts[i], this.ranges[name][0], this.ranges[name][1])) && Number.isInteger(Number(texts[2]));
      if (known) this.go(Object.fromEntries(names.map((name, i) => [name, Number(texts[i])])));
      return known;
    }

    slider(name, text, symbol) {
      const [min, max, step] = this.ranges[name];
      const id = `niche-${name}-${NicheBench.count}`;
      const input = element("input", { type: "range", id, min, max, step, value: this.niche[name] });
      const letter = name === "lifetime" ? element("em", {}, [symbol]) : element("sub", {}, [symbol]);
      input.addEventListener("input", () => this.go({ [name]: Number(input.value) }));
      return { input, label: element("label", { for: id }, [text, letter]), said: element("output", { for: id, "aria-live": "off" }) };
    }

    /** Another world; drawn with the next picture that the screen shows. */
    go(change) {
      Object.assign(this.niche, change);
      this.soon();
    }

    /** The world where a finger or the mouse is on the map. */
    point(event) {
      const box = this.map.getBoundingClientRect();
      const place = { sigmaL: this.place.value(event.clientX - box.left), sigmaP: this.place.height(event.clientY - box.top) };
      for (const [name, value] of Object.entries(place)) {
        const [least, most, step] = this.ranges[name];
        const steps = Math.round((Math.min(most, Math.max(least, value)) - least) / step);
        place[name] = Number((least + steps * step).toFixed(4));
      }
      this.go(place);
    }

    /** Both rules in this world. */
    work() {
      const values = returns(this.niche);
      const n = best(values);
      const { earns, boundaries } = adaptive(this.niche);
      return {
        values,
        fixed: { n, earns: values[n], pulls: fixedPulls(n, this.niche) },
        adaptive: { n: earns > 0 ? 1 : 0, earns, pulls: earns > 0 ? adaptivePulls(this.niche, boundaries) : 0, boundaries },
      };
    }

    /** The two edges for this lifetime; they depend on nothing else. */
    get edges() {
      const { lifetime, mean } = this.niche;
      if (this.known !== lifetime) {
        this.fixedEdges = this.sigmaL.map((sigmaL) => fixedEdge(sigmaL, lifetime, mean));
        this.adaptiveEdges = between(this.edge, this.lifetimes, lifetime);
        this.known = lifetime;
      }
      return { fixed: this.fixedEdges, adaptive: this.adaptiveEdges };
    }

    drawCurve({ values, fixed, adaptive }) {
      const top = 1.15 * Math.max(fixed.earns, adaptive.earns, 1);
      const bottom = -Math.max(2, 0.6 * top);
      const beyond = values.findIndex((value, n) => n > fixed.n && value < bottom);
      const last = Math.min(values.length - 1, Math.max(6, beyond < 0 ? Infinity : beyond - 1));
      const { x, y, width } = axes(this.curve, { x: [0, last], y: [bottom, top], label: "pulls, n", up: "reward" });
      const shown = values.slice(0, last + 1).map((value, n) => [n, value]).filter(([, value]) => value >= bottom);
      draw(this.curve, "line", { x1: x(0), x2: width - 12, y1: y(0), y2: y(0), class: "zero" });
      draw(this.curve, "line", { x1: x(0), x2: width - 12, y1: y(adaptive.earns), y2: y(adaptive.earns), class: "edge optimal broken" });
      const path = shown.map(([n, value]) => [x(n), y(value)]);
      draw(this.curve, "polyline", { points: points(path), class: "network fair" });
      const room = x(1) - x(0);
      for (const [cx, cy] of path) mark(this.curve, "circle", cx, cy, Math.min(2.4, room / 3), "fair");
      for (const n of maxima(values).filter((each) => each <= last)) {
        draw(this.curve, "circle", { cx: x(n), cy: y(values[n]), r: 6, class: n === fixed.n ? "here" : "hole" });
      }
    }

    drawMap() {
      const { sigmaL, sigmaP } = this.ranges;
      const across = this.sigmaL;
      this.place = axes(this.map, { x: [0, sigmaL[1]], y: [0, sigmaP[1]], label: "noise, σₗ", up: "σₚ" });
      const { x, y } = this.place;
      const line = (edge) => {
        // The part of an edge that lies on the map, to where it leaves it.
        const on = [];
        for (let i = 0; i < edge.length; i++) {
          if (edge[i] <= sigmaP[1]) on.push([x(across[i]), y(edge[i])]);
          else if (i && edge[i - 1] <= sigmaP[1]) {
            const share = (sigmaP[1] - edge[i - 1]) / (edge[i] - edge[i - 1]);
            on.push([x(across[i - 1] + share * (across[i] - across[i - 1])), y(sigmaP[1])]);
          }
        }
        return on;
      };
      const [fixed, adaptive] = [this.edges.fixed, this.edges.adaptive].map(line);
      const corner = (on) => (on.length && on.at(-1)[0] < x(sigmaL[1]) ? [] : [[x(sigmaL[1]), y(sigmaP[1])]]);
      const roof = (on) => [...on, ...corner(on), [x(across[0]), y(sigmaP[1])]];
      if (fixed.length) draw(this.map, "polygon", { points: points(roof(fixed)), class: "band fair" });
      if (adaptive.length) draw(this.map, "polygon", { points: points(roof(adaptive)), class: "band optimal" });
      draw(this.map, "polyline", { points: points(fixed), class: "edge fair", "data-edge": "fixed" });
      draw(this.map, "polyline", { points: points(adaptive), class: "edge optimal broken", "data-edge": "adaptive" });
      const write = (text, at, up) => {
        if (up > 0.08 && up < 0.97 * sigmaP[1]) draw(this.map, "text", { x: x(at), y: y(up) + 4, "text-anchor": "middle", class: "region" }, text);
      };
      const middle = (edge) => edge[Math.floor(edge.length * 0.6)];
      const [low, high] = [middle(this.edges.adaptive), middle(this.edges.fixed)];
      const at = across[Math.floor(across.length * 0.6)];
      write("neither explores", at, low / 2);
      if (y(low) - y(high) > 16) write("adaptive only", at, (low + high) / 2);
      if (y(high) - y(sigmaP[1]) > 30) write("both explore", at, (high + sigmaP[1]) / 2);
      draw(this.map, "circle", { cx: x(this.niche.sigmaL), cy: y(this.niche.sigmaP), r: 7, class: "disc" });
    }

    draw() {
      const found = (this.found = this.work());
      for (const [name, { input, said }] of Object.entries(this.sliders)) {
        const value = this.niche[name];
        said.textContent = name === "lifetime" ? `${value} steps` : value.toFixed(2);
        input.value = value;
        input.setAttribute("aria-valuetext", said.textContent);
      }
      this.drawCurve(found);
      this.drawMap();
      const first = { fixed: String(found.fixed.n), adaptive: found.adaptive.n ? "1, then see" : "0" };
      const names = { fixed: ["n fixed", "key fair line"], adaptive: ["adaptive", "key optimal line broken"] };
      this.readout.body.replaceChildren(
        ...Object.entries(names).map(([rule, [words, look]]) => {
          const { earns, pulls } = found[rule];
          return row([element("span", { class: look }, [words]), first[rule], sum(earns), sum(pulls)], {
            "data-rule": rule,
            "data-earns": earns,
            "data-pulls": pulls,
          });
        }),
      );
    }

    /** In words, for those who cannot see it too. */
    tell() {
      const { fixed, adaptive, values } = this.found;
      const many = maxima(values).length;
      const rule = fixed.n ? `Fixed: best n is ${fixed.n}, earns ${sum(fixed.earns)}` : "Fixed: best not to look, earns 0";
      const other = adaptive.n ? `Adaptive: looks, earns ${sum(adaptive.earns)}` : "Adaptive: does not look, earns 0";
      this.status.textContent = `${rule}. ${other}. The return has ${many} local ${many === 1 ? "maximum" : "maxima"} in n.`;
    }
  }
  NicheBench.count = 0; // ids of different parts must differ

  book.niche = book.bring("niche", class extends NicheBench {
    constructor(container, data) {
      NicheBench.count++;
      super(container, data);
    }
  });
  book.exploring = { below, returns, best, maxima, fixedPulls, backwards, adaptive, adaptivePulls, fixedEdge, between, axes };
})(window.LearningToInfer);
