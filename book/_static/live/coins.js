/* The coin bench: press H or T; two networks and two Bayesians answer. See experiments/coins/widget.py for the data. */
"use strict";

(function (book) {
  const { RecurrentAgent, BetaBernoulli } = book.machines;
  const { project, sigmoid } = book.arithmetic;
  const { element, draw, drawing, titled, row, table, points, mark, mixed, predictionChart } = book.page;
  const { Runner, StateMap, Bench } = book.parts;
  const SIDE = 240; // of a map
  const [HEADS, TAILS] = [
    [29, 154, 108],
    [165, 101, 192],
  ];

  /** A map of states with the lattice of counts, and a walk over it. */
  class WalkMap extends StateMap {
    constructor(svg, name, places, cloud) {
      const coloured = cloud.map(([x, y, heads]) => [x, y, mixed([heads, 1 - heads], [HEADS, TAILS])]);
      super(svg, coloured, { side: SIDE, places: places.map((p) => [p[2], p[3]]) });
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
      const zoom = this.keep(placed);
      this.path.setAttribute("points", points(placed));
      this.here.replaceChildren();
      const [x, y] = placed.at(-1);
      if (seat) mark(this.here, seat.shape, x, y, 6 / zoom, seat.name);
      else draw(this.here, "circle", { cx: x, cy: y, r: 6 / zoom, class: "here" });
    }
  }

  /** The Bayesian's state: heads to the right, tails to the left, time upwards. */
  const turned = ([heads, tails]) => [heads - tails, heads + tails];

  /** The lattice of counts up to a depth. */
  function countLattice(depth) {
    const places = [];
    for (let n = 0; n <= depth; n++) for (let h = 0; h <= n; h++) places.push([h, n - h, ...turned([h, n - h])]);
    return places;
  }

  const heads = (runner) => runner.outputs.map((output) => sigmoid(output[0]));

  class CoinBench extends Bench {
    constructor(container, data) {
      super(container, {
        label: "Coin bench. Press H or T to flip, U to undo, R to reset.",
        symbols: ["H", "T"],
        names: ["Heads (H)", "Tails (T)"],
        noun: "flip",
        most: 60,
        address: "flips",
        played: data.played,
      });
      this.seats = data.worlds.map((world, i) => ({
        ...world,
        shape: i === 0 ? "circle" : "square",
        network: new Runner(new RecurrentAgent(world.weights)),
        bayes: new Runner(new BetaBernoulli(world.a, world.b)),
      }));
      this.runners = this.seats.flatMap((seat) => [seat.network, seat.bayes]);
      this.chart = drawing("Predicted probability of heads after each flip", 680, 230);
      this.readout = table("Probability of heads", ["", "network", "Bayes", "apart"]);
      this.start(
        element("div", { class: "controls" }, [...Object.values(this.buttons), this.sequence]),
        element("p", { class: "legend", "aria-hidden": "true" }, [
          ...this.seats.map((s) => element("span", { class: `key ${s.name} ${s.shape}` }, [`network, ${s.name} coins`])),
          element("span", { class: "key dashed" }, ["Bayes"]),
        ]),
        this.chart,
        this.readout.whole,
        ...(data.worlds.every((world) => world.lattice) ? [this.maps()] : []),
      );
    }

    /** Each machine's state, as a walk over its map. */
    maps() {
      const counts = drawing("The count of heads and tails, on its lattice", SIDE, SIDE);
      this.countMap = new WalkMap(counts, "count", countLattice(12), []);
      const planes = this.seats.map((seat) => {
        const svg = drawing(`Hidden state of the network trained on ${seat.name} coins, on its principal plane`, SIDE, SIDE);
        seat.map = new WalkMap(svg, seat.name, seat.lattice, seat.cloud);
        const explained = seat.explained.map((e) => Math.round(100 * e)).join("% + ");
        return titled(`Network, ${seat.name} coins`, ` ${explained}% of variance`, svg);
      });
      return element("div", { class: "maps" }, [titled("Bayes counts", " (both worlds)", counts), ...planes]);
    }

    draw() {
      const lines = this.seats.map((s) => ({ name: s.name, shape: s.shape, network: heads(s.network), bayes: heads(s.bayes) }));
      predictionChart(this.chart, { symbols: this.told, label: "flips", lines });
      if (this.countMap) this.countMap.walk(this.seats[0].bayes.states.map(turned));
      for (const seat of this.seats.filter((each) => each.map)) seat.map.walk(seat.network.states.map((state) => project(seat.plane, state)), seat);
      this.said = lines.map(({ name, network, bayes }) => [name, network.at(-1), bayes.at(-1)]);
      this.readout.body.replaceChildren(
        ...this.said.map(([name, network, bayes]) =>
          row([`${name} coins`, ...[network, bayes, Math.abs(network - bayes)].map((p) => p.toFixed(3))], {
            "data-world": name,
            "data-network": network,
            "data-bayes": bayes,
          }),
        ),
      );
    }

    says() {
      return this.said.map(([name, n, b]) => `${name} coins, network ${n.toFixed(2)}, Bayes ${b.toFixed(2)}`).join("; ");
    }
  }

  book.benches = book.bring("coins", CoinBench);
})(window.LearningToInfer);
