/* The coin bench: press H or T; two networks and two Bayesians answer. See lib/live/coins.py for the data. */
"use strict";

(function (book) {
  const { RecurrentAgent, BetaBernoulli, project, sigmoid } = book.machines;
  const MOST = 60;
  const [SIDE, MARGIN] = [240, 14]; // of a map
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
    if (flips.length <= 40) {
      flips.forEach((flip, i) => draw(svg, "text", { x: x(i + 1), y: height - 18, "text-anchor": "middle" }, flip));
    }
    for (const seat of seats) {
      const path = (heads) => points(heads.map((p, t) => [x(t), y(p)]));
      const network = seat.network.heads;
      draw(svg, "polyline", { points: path(network), class: `network ${seat.name}` });
      network.forEach((p, t) => mark(svg, seat, x(t), y(p), t === flips.length ? 5.5 : 3));
      draw(svg, "polyline", { points: path(seat.bayes.heads), class: "bayes" });
    }
  }

  /** Colour is never alone: one world is round, the other square. */
  function mark(svg, seat, x, y, r) {
    if (seat.round) draw(svg, "circle", { cx: x, cy: y, r, class: `mark ${seat.name}` });
    else draw(svg, "rect", { x: x - r, y: y - r, width: 2 * r, height: 2 * r, class: `mark ${seat.name}` });
  }

  /** Map points so that they fill a square drawing. */
  function fitted(all, size, margin) {
    const low = [0, 1].map((i) => Math.min(...all.map((p) => p[i])));
    const high = [0, 1].map((i) => Math.max(...all.map((p) => p[i])));
    const scale = [0, 1].map((i) => (size - 2 * margin) / (high[i] - low[i] || 1));
    return ([x, y]) => [
      size / 2 + scale[0] * (x - (low[0] + high[0]) / 2),
      size / 2 - scale[1] * (y - (low[1] + high[1]) / 2),
    ];
  }

  /** A map of states: what does not move is drawn once, the walk over it at each flip. */
  class StateMap {
    constructor(svg, name, places, cloud) {
      this.at = fitted([...cloud, ...places.map((p) => [p[2], p[3]])], SIDE, MARGIN);
      this.all = draw(svg, "g");
      for (const [x, y, heads] of cloud) {
        const [cx, cy] = this.at([x, y]);
        draw(this.all, "circle", { cx, cy, r: 2.6, class: "cloud", fill: mixed(heads) });
      }
      const find = new Map(places.map(([h, t, x, y]) => [`${h},${t}`, [x, y]]));
      const lines = [];
      for (const [h, t, x, y] of places) {
        for (const next of [`${h + 1},${t}`, `${h},${t + 1}`]) {
          if (find.has(next)) lines.push(`M${points([this.at([x, y])])}L${points([this.at(find.get(next))])}`);
        }
      }
      draw(this.all, "path", { d: lines.join(""), class: "lattice" });
      this.path = draw(this.all, "polyline", { class: `walk ${name}` });
      this.here = draw(this.all, "g");
    }

    walk(path, seat) {
      const placed = path.map(this.at);
      const middle = SIDE / 2;
      const farthest = Math.max(...placed.flat().map((value) => Math.abs(value - middle)));
      const zoom = Math.min(1, (middle - MARGIN / 2) / farthest); // a walk that leaves the frame pushes it outwards
      this.all.setAttribute("transform", `translate(${middle} ${middle}) scale(${zoom}) translate(${-middle} ${-middle})`);
      this.path.setAttribute("points", points(placed));
      this.here.replaceChildren();
      const [x, y] = placed[placed.length - 1];
      if (seat) mark(this.here, seat, x, y, 6 / zoom);
      else draw(this.here, "circle", { cx: x, cy: y, r: 6 / zoom, class: "here" });
    }
  }

  /** From the colour of tails to that of heads. */
  function mixed(heads) {
    const [tails, full] = [
      [165, 101, 192],
      [29, 154, 108],
    ];
    return `rgb(${tails.map((c, i) => Math.round(c + heads * (full[i] - c))).join(" ")})`;
  }

  /** The Bayesian's state: heads to the right, tails to the left, time upwards. */
  const turned = ([heads, tails]) => [heads - tails, heads + tails];

  /** The lattice of counts up to a depth. */
  function countLattice(depth) {
    const places = [];
    for (let n = 0; n <= depth; n++) for (let h = 0; h <= n; h++) places.push([h, n - h, ...turned([h, n - h])]);
    return places;
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
      this.counts = chart("The count of heads and tails, on its lattice", `0 0 ${SIDE} ${SIDE}`);
      this.planes = this.seats.map((seat) =>
        chart(`Hidden state of the network trained on ${seat.name} coins, on its principal plane`, `0 0 ${SIDE} ${SIDE}`),
      );
      this.countMap = new StateMap(this.counts, "count", countLattice(12), []);
      this.maps = this.seats.map((seat, i) => new StateMap(this.planes[i], seat.name, seat.lattice, seat.cloud));
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
          ...this.seats.map((s, i) => titled(`Network, ${s.name} coins`, this.planes[i], ` ${s.explained.map((e) => Math.round(100 * e)).join("% + ")}% of variance`)),
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
      this.countMap.walk(this.seats[0].bayes.states.map(turned));
      this.seats.forEach((seat, i) => this.maps[i].walk(seat.network.states.map((state) => project(seat.plane, state)), seat));
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
