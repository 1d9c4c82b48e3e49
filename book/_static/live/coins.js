/* The coin bench: press H or T; two networks and two Bayesians answer. See lib/live/coins.py for the data. */
"use strict";

(function (book) {
  const { RecurrentAgent, BetaBernoulli, project, sigmoid } = book.machines;
  const MOST = 60;
  const INPUT = { H: [1, 0], T: [0, 1] };
  const SVG = "http://www.w3.org/2000/svg";

  function element(name, attributes = {}, children = []) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  function draw(parent, name, attributes = {}, text = "") {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text) made.textContent = text;
    parent.append(made);
    return made;
  }

  /** A machine with its whole past, so that undo is a pop. */
  class Runner {
    constructor(machine) {
      this.machine = machine;
      this.reset();
    }

    reset() {
      this.past = [];
      this.take([0, 0]); // nothing seen yet
    }

    take(input) {
      const state = this.past.length ? this.past[this.past.length - 1].state : this.machine.initialState();
      this.past.push(this.machine.step(state, input));
    }

    undo() {
      this.past.pop();
    }

    get heads() {
      return this.past.map((moment) => sigmoid(moment.output[0]));
    }

    get states() {
      return this.past.map((moment) => moment.state);
    }
  }

  const points = (xy) => xy.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join(" ");
  const words = (flips) => (flips.length ? flips.join(" ") : "no flip");

  /** Predictions over time: networks solid with a marker, Bayesians dashed. */
  function predictionChart(svg, seats, flips) {
    const [width, height, left, bottom, top] = [680, 230, 44, 34, 12];
    const span = Math.max(10, flips.length);
    const x = (t) => left + ((width - left - 14) * t) / span;
    const y = (p) => top + (height - top - bottom) * (1 - p);
    svg.replaceChildren();
    for (const p of [0, 0.25, 0.5, 0.75, 1]) {
      draw(svg, "line", { x1: left, x2: width - 14, y1: y(p), y2: y(p), class: "grid" });
      draw(svg, "text", { x: left - 8, y: y(p) + 4, "text-anchor": "end" }, String(p));
    }
    draw(svg, "text", { x: (left + width) / 2, y: height - 2, "text-anchor": "middle" }, "flips");
    flips.forEach((flip, i) =>
      draw(svg, "text", { x: x(i + 1), y: height - 18, "text-anchor": "middle", class: "flip" }, flip),
    );
    for (const seat of seats) {
      const [network, bayes] = [seat.network.heads, seat.bayes.heads];
      const path = (heads) => points(heads.map((p, t) => [x(t), y(p)]));
      draw(svg, "polyline", { points: path(network), class: `network ${seat.name}` });
      network.forEach((p, t) => mark(svg, seat, x(t), y(p), t === flips.length ? 5.5 : 3));
      draw(svg, "polyline", { points: path(bayes), class: "bayes" });
    }
  }

  /** Colour is never alone: one world is round, the other square. */
  function mark(svg, seat, x, y, r) {
    if (seat.round) draw(svg, "circle", { cx: x, cy: y, r, class: `mark ${seat.name}` });
    else draw(svg, "rect", { x: x - r, y: y - r, width: 2 * r, height: 2 * r, class: `mark ${seat.name}` });
  }

  /** Map points so that they fill a square drawing, one scale for both directions if `even`. */
  function fitted(all, size, margin, even) {
    const low = [0, 1].map((i) => Math.min(...all.map((p) => p[i])));
    const high = [0, 1].map((i) => Math.max(...all.map((p) => p[i])));
    let scale = [0, 1].map((i) => (size - 2 * margin) / (high[i] - low[i] || 1));
    if (even) scale = [Math.min(...scale), Math.min(...scale)];
    return ([x, y]) => [
      size / 2 + scale[0] * (x - (low[0] + high[0]) / 2),
      size / 2 - scale[1] * (y - (low[1] + high[1]) / 2),
    ];
  }

  function lattice(svg, places, at) {
    const find = new Map(places.map(([h, t, x, y]) => [`${h},${t}`, [x, y]]));
    for (const [h, t, x, y] of places) {
      for (const next of [`${h + 1},${t}`, `${h},${t + 1}`]) {
        if (find.has(next)) draw(svg, "polyline", { points: points([at([x, y]), at(find.get(next))]), class: "lattice" });
      }
    }
    for (const [, , x, y] of places) {
      const [cx, cy] = at([x, y]);
      draw(svg, "circle", { cx, cy, r: 1.8, class: "node" });
    }
  }

  function walk(svg, seat, path) {
    draw(svg, "polyline", { points: points(path), class: `walk ${seat ? seat.name : "count"}` });
    const [x, y] = path[path.length - 1];
    if (seat) mark(svg, seat, x, y, 6);
    else draw(svg, "circle", { cx: x, cy: y, r: 6, class: "here" });
  }

  /** The Bayesian's state: heads to the right, tails to the left, time upwards. */
  function countMap(svg, runner, deepest) {
    const turn = ([h, t]) => [h - t, h + t];
    const states = runner.states.map((s) => [s[0], s[1]]);
    const depth = Math.max(deepest, states.length - 1);
    const places = [];
    for (let n = 0; n <= depth; n++) for (let h = 0; h <= n; h++) places.push([h, n - h, ...turn([h, n - h])]);
    const at = fitted(places.map((p) => [p[2], p[3]]), 240, 16, false);
    svg.replaceChildren();
    lattice(svg, places, at);
    walk(svg, null, states.map((s) => at(turn(s))));
  }

  /** The network's state on its principal plane: states of held-out episodes, the lattice of counts, the walk. */
  function stateMap(svg, seat) {
    const path = seat.network.states.map((state) => project(seat.plane, state));
    const all = [...seat.cloud, ...seat.lattice.map((p) => [p[2], p[3]]), ...path];
    const at = fitted(all, 240, 16, false);
    svg.replaceChildren();
    for (const [x, y, heads] of seat.cloud) {
      const [cx, cy] = at([x, y]);
      draw(svg, "circle", { cx, cy, r: 2.6, class: "cloud", style: `--share: ${(100 * heads).toFixed(0)}%` });
    }
    lattice(svg, seat.lattice, at);
    walk(svg, seat, path.map(at));
  }

  class Bench {
    constructor(container, data) {
      this.seats = data.worlds.map((world, i) => ({
        ...world,
        round: i === 0,
        network: new Runner(new RecurrentAgent(world.weights)),
        bayes: new Runner(new BetaBernoulli(world.a, world.b)),
      }));
      this.flips = [];
      this.build(container);
      this.fromAddress();
      window.addEventListener("hashchange", () => this.fromAddress());
    }

    build(container) {
      const button = (label, keys, act) => {
        const made = element("button", { type: "button", "aria-keyshortcuts": keys }, [label]);
        made.addEventListener("click", act);
        return made;
      };
      this.buttons = {
        H: button("Heads (H)", "h", () => this.flip("H")),
        T: button("Tails (T)", "t", () => this.flip("T")),
        undo: button("Undo (U)", "u", () => this.undo()),
        reset: button("Reset (R)", "r", () => this.reset()),
      };
      this.status = element("p", { class: "status", "aria-live": "polite", role: "status" });
      this.sequence = element("output", { class: "sequence", "aria-label": "flips so far" });
      this.readout = element("tbody");
      const heads = ["", "network", "Bayes", "apart"].map((name) => element("th", { scope: "col" }, [name]));
      const chart = (title, viewBox) => {
        const svg = document.createElementNS(SVG, "svg");
        svg.setAttribute("viewBox", viewBox);
        svg.setAttribute("role", "img");
        svg.setAttribute("aria-label", title);
        return svg;
      };
      this.chart = chart("Predicted probability of heads after each flip", "0 0 680 230");
      this.counts = chart("The count of heads and tails, on its lattice", "0 0 240 240");
      this.maps = this.seats.map((seat) =>
        chart(`Hidden state of the network trained on ${seat.name} coins, on its principal plane`, "0 0 240 240"),
      );
      const titled = (title, svg, note) => element("figure", {}, [element("figcaption", {}, [title, element("small", {}, [note])]), svg]);
      const legend = element("p", { class: "legend", "aria-hidden": "true" }, [
        ...this.seats.map((s) => element("span", { class: `key ${s.name} ${s.round ? "round" : "square"}` }, [`network, ${s.name} coins`])),
        element("span", { class: "key dashed" }, ["Bayes"]),
      ]);
      this.root = element("div", { class: "bench", tabindex: "0", role: "group", "aria-label": "Coin bench. Press H or T to flip, U to undo, R to reset." }, [
        element("div", { class: "controls" }, [...Object.values(this.buttons), this.sequence]),
        legend,
        this.chart,
        element("table", {}, [element("caption", {}, ["Probability of heads"]), element("thead", {}, [element("tr", {}, heads)]), this.readout]),
        element("div", { class: "maps" }, [
          titled("Bayes counts", this.counts, " (both worlds)"),
          ...this.seats.map((s, i) => titled(`Network, ${s.name} coins`, this.maps[i], ` ${s.explained.map((e) => Math.round(100 * e)).join("% + ")}% of variance`)),
        ]),
        this.status,
      ]);
      this.root.addEventListener("keydown", (event) => this.key(event));
      container.querySelector(".fallback").replaceWith(this.root);
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const act = {
        h: () => this.flip("H"),
        t: () => this.flip("T"),
        u: () => this.undo(),
        backspace: () => this.undo(),
        r: () => this.reset(),
      }[event.key.toLowerCase()];
      if (!act) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    }

    /** Take one flip without drawing. */
    step(flip) {
      this.flips.push(flip);
      for (const seat of this.seats) for (const who of [seat.network, seat.bayes]) who.take(INPUT[flip]);
    }

    flip(flip) {
      if (this.flips.length >= MOST) return;
      this.step(flip);
      this.show();
    }

    undo() {
      if (!this.flips.length) return;
      this.flips.pop();
      for (const seat of this.seats) for (const who of [seat.network, seat.bayes]) who.undo();
      this.show();
    }

    reset() {
      this.rewind();
      this.show();
    }

    rewind() {
      this.flips = [];
      for (const seat of this.seats) for (const who of [seat.network, seat.bayes]) who.reset();
    }

    /** `#flips=HHT` at the end of the page's address sets the flips. */
    fromAddress() {
      const found = /^#flips=([HT]*)$/.exec(window.location.hash);
      if (!found && this.shown) return;
      this.rewind();
      for (const flip of (found ? found[1] : "").slice(0, MOST)) this.step(flip);
      this.show(false);
      if (found) this.root.scrollIntoView({ block: "center" });
    }

    show(remember = true) {
      this.shown = true;
      predictionChart(this.chart, this.seats, this.flips);
      countMap(this.counts, this.seats[0].bayes, 7);
      this.seats.forEach((seat, i) => stateMap(this.maps[i], seat));
      const said = this.seats.map((seat) => [seat, seat.network.heads.at(-1), seat.bayes.heads.at(-1)]);
      this.readout.replaceChildren(
        ...said.map(([seat, network, bayes]) =>
          element("tr", { "data-world": seat.name, "data-network": network, "data-bayes": bayes }, [
            element("th", { scope: "row" }, [`${seat.name} coins`]),
            ...[network, bayes, Math.abs(network - bayes)].map((p) => element("td", {}, [p.toFixed(3)])),
          ]),
        ),
      );
      this.sequence.textContent = this.flips.join(" ");
      const full = this.flips.length >= MOST;
      this.buttons.H.disabled = this.buttons.T.disabled = full;
      this.buttons.undo.disabled = this.buttons.reset.disabled = !this.flips.length;
      this.status.textContent =
        `After ${words(this.flips)}: ` +
        said.map(([s, n, b]) => `${s.name} coins, network ${n.toFixed(2)}, Bayes ${b.toFixed(2)}`).join("; ") +
        (full ? `. ${MOST} flips are the most.` : ".");
      if (remember) {
        const address = this.flips.length ? `#flips=${this.flips.join("")}` : window.location.pathname;
        window.history.replaceState(null, "", address);
      }
    }
  }

  book.benches = [...document.querySelectorAll(".live-coins")].map(
    (container) => new Bench(container, JSON.parse(container.querySelector("script[type='application/json']").textContent)),
  );
})(window.LearningToInfer);
