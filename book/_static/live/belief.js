/* The belief bench: type symbols 1, 2, 3; the exact belief moves over the simplex, and beside it the one that is read linearly from an
   LSTM. See experiments/belief/widget.py for the data. */
"use strict";

(function (book) {
  const { LeanAgent, ForwardAlgorithm } = book.machines;
  const { numbers, softmax } = book.arithmetic;
  const { element, draw, drawing, titled, row, table, points, mixed, predictionChart } = book.page;
  const { Runner, StateMap, Bench, SIDES } = book.parts;
  const SIDE = 260; // of a triangle
  const CORNERS = [
    [0, 0],
    [1, 0],
    [0.5, Math.sqrt(3) / 2],
  ];
  const TAIL = 8; // moves that are drawn

  /** Where a distribution over three hidden states lies in the triangle. */
  const place = (belief) => [0, 1].map((i) => belief.reduce((sum, p, k) => sum + p * CORNERS[k][i], 0));

  /** The simplex with a cloud of beliefs, and the last moves of one belief over it. */
  class Simplex extends StateMap {
    constructor(svg, cloud) {
      super(svg, [], { side: SIDE, margin: 20, places: CORNERS, alike: true }); // both triangles on one scale
      const colours = SIDES.map((side) => side.color);
      for (const [x, y, ...belief] of cloud) {
        const [cx, cy] = this.at([x, y]);
        draw(this.all, "circle", { cx, cy, r: 1.6, class: "dot", fill: mixed(belief, colours) });
      }
      draw(this.all, "polygon", { points: points(CORNERS.map(this.at)), class: "lattice" });
      const [left, right, top] = CORNERS.map(this.at);
      draw(svg, "text", { x: left[0] - 12, y: left[1] + 14 }, "1");
      draw(svg, "text", { x: right[0] + 4, y: right[1] + 14 }, "2");
      draw(svg, "text", { x: top[0], y: top[1] - 6, "text-anchor": "middle" }, "3");
      this.path = draw(this.all, "polyline", { class: "walk" });
      this.here = draw(this.all, "g");
    }

    walk(beliefs) {
      const placed = beliefs.slice(-TAIL - 1).map((belief) => this.at(place(belief)));
      this.path.setAttribute("points", points(placed));
      const [cx, cy] = placed.at(-1);
      this.here.replaceChildren();
      draw(this.here, "circle", { cx, cy, r: 6, class: "here" });
    }
  }

  class BeliefBench extends Bench {
    constructor(container, data) {
      super(container, {
        label: "Belief bench. Press 1, 2 or 3 for a symbol, U to undo, R to reset.",
        symbols: SIDES.map((side) => side.symbol),
        names: SIDES.map((side) => side.symbol),
        noun: "symbol",
        most: 60,
        address: "symbols",
        played: data.played,
      });
      this.network = new Runner(new LeanAgent(data.weights));
      this.filter = new Runner(new ForwardAlgorithm(data));
      this.runners = [this.network, this.filter];
      [this.weight, this.constant] = [numbers(data.readout.weight.float32), numbers(data.readout.constant.float32)];
      this.maps = ["Exact belief", "Read from the LSTM"].map((title, i) => {
        const svg = drawing(`${title} about three hidden states, a point in a triangle`, SIDE, SIDE);
        const note = i ? " a linear map of 32 hidden units" : " the forward algorithm";
        return { map: new Simplex(svg, data.clouds[i]), figure: titled(title, note.replace("32", this.network.machine.width), svg) };
      });
      this.chart = drawing("Predicted probability of each symbol after each symbol", 680, 220);
      this.readout = table("Beliefs about the hidden state, and what is expected next", ["", "exact belief", "read", "LSTM expects", "filter expects"]);
      this.start(
        element("div", { class: "controls" }, [...Object.values(this.buttons), this.sequence]),
        element("div", { class: "maps pair" }, this.maps.map((each) => each.figure)),
        element("p", { class: "legend", "aria-hidden": "true" }, [
          ...SIDES.map((side) => element("span", { class: `key ${side.name} ${side.shape}` }, [`symbol ${side.symbol}`])),
          element("span", { class: "key solid" }, ["LSTM"]),
          element("span", { class: "key dashed" }, ["forward algorithm"]),
        ]),
        this.chart,
        this.readout.whole,
      );
    }

    /** The belief that is read from a state of the network: a linear map of its hidden vector. */
    read(state) {
      const { width } = this.network.machine;
      return Array.from(this.constant, (sum, k) => {
        for (let i = 0; i < width; i++) sum += this.weight[k * width + i] * state[i];
        return sum;
      });
    }

    draw() {
      this.beliefs = [this.filter.states.map((state) => Array.from(state)), this.network.states.map((state) => this.read(state))];
      this.maps.forEach(({ map }, i) => map.walk(this.beliefs[i]));
      const [network, bayes] = this.runners.map((runner) => runner.outputs.map((output) => softmax(Array.from(output))));
      const lines = SIDES.map(({ name, shape }, i) => ({ name, shape, network: network.map((p) => p[i]), bayes: bayes.map((p) => p[i]) }));
      predictionChart(this.chart, { symbols: this.told, label: "symbols", lines, height: 220 });
      const last = [...this.beliefs, network, bayes].map((values) => values.at(-1));
      this.readout.body.replaceChildren(
        ...SIDES.map((side, i) =>
          row([element("span", { class: `key ${side.name} ${side.shape}` }, [side.symbol]), ...last.map((values) => values[i].toFixed(3))], {
            "data-side": side.symbol,
            ...Object.fromEntries(["exact", "read", "network", "filter"].map((who, k) => [`data-${who}`, last[k][i]])),
          }),
        ),
      );
    }

    says() {
      const [exact, read] = this.beliefs.map((values) => values.at(-1).map((p) => p.toFixed(2)).join(", "));
      return `exact belief ${exact}; read from the LSTM ${read}`;
    }
  }

  book.beliefs = book.bring("belief", BeliefBench);
})(window.LearningToInfer);
