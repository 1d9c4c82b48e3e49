/* The bench of swapped coins: press H or T; a network, an exact filter and stationary Bayes answer. The slider is the hazard
   that the filter assumes. See experiments/switching/widget.py for the data. */
"use strict";

(function (book) {
  const { RecurrentAgent, BetaBernoulli } = book.machines;
  const { sigmoid } = book.arithmetic;
  const { element, draw, drawing, row, spread, table, mixed, predictionChart } = book.page;
  const { Runner, Bench } = book.parts;
  const [LEAST, MOST, STEPS] = [0.005, 0.5, 40]; // of the slider, which is logarithmic
  const [HEIGHT, LEFT, RIGHT, BOTTOM, TOP] = [190, 38, 14, 34, 8]; // of the map of run lengths
  const SCALE = [
    [251, 220, 188],
    [232, 160, 95],
    [194, 106, 84],
    [122, 76, 134],
    [59, 74, 156],
  ];

  /** The exact filter of one hazard. State: the probability of each run length together with heads, then with tails; as
   *  lib/optimal/run_length_filter.py. */
  class RunLengthFilter {
    constructor(a, b, hazard, longest) {
      Object.assign(this, { a, b, hazard, longest, inputSize: 2 });
    }

    initialState() {
      const state = new Float64Array(2 * (this.longest + 1));
      state[0] = this.a / (this.a + this.b);
      state[1] = this.b / (this.a + this.b);
      return state;
    }

    step(state, input) {
      return input[0] + input[1] > 0 ? this.tossed(state, input) : { state, output: this.says(state) };
    }

    tossed(state, input) {
      const { a, b, hazard, longest } = this;
      const weight = Array.from({ length: longest + 1 }, (_, run) => input[0] * state[2 * run] + input[1] * state[2 * run + 1]);
      const total = weight.reduce((sum, each) => sum + each, 0);
      const next = this.initialState();
      next[0] *= hazard;
      next[1] *= hazard;
      for (let run = 0; run < longest; run++) {
        const both = state[2 * run] + state[2 * run + 1];
        if (!both) break;
        const grown = ((1 - hazard) * weight[run]) / total;
        const seen = a + b + run;
        next[2 * run + 2] = (grown * ((state[2 * run] / both) * seen + input[0])) / (seen + 1);
        next[2 * run + 3] = (grown * ((state[2 * run + 1] / both) * seen + input[1])) / (seen + 1);
      }
      return { state: next, output: this.says(next) };
    }

    says(state) {
      let [heads, tails] = [0, 0];
      for (let i = 0; i < state.length; i += 2) {
        heads += state[i];
        tails += state[i + 1];
      }
      return [Math.log(heads / tails)];
    }
  }

  /** Posterior over run lengths. */
  function runLengths(state) {
    const shares = Array.from({ length: state.length / 2 }, (_, run) => state[2 * run] + state[2 * run + 1]);
    const total = shares.reduce((sum, each) => sum + each, 0);
    return shares.map((each) => each / total);
  }

  /** A colour for a share between 0 and 1. */
  function shade(share) {
    const at = share * (SCALE.length - 1);
    const low = Math.min(SCALE.length - 2, Math.floor(at));
    return mixed([1 - (at - low), at - low], [SCALE[low], SCALE[low + 1]]);
  }

  const heads = (runner) => runner.outputs.map((output) => sigmoid(output[0]));
  const hazardAt = (place) => LEAST * (MOST / LEAST) ** (place / STEPS);
  const placeOf = (hazard) => Math.round((STEPS * Math.log(hazard / LEAST)) / Math.log(MOST / LEAST));
  const rounded = (hazard) => hazard.toPrecision(2); // different at every place of the slider

  class SwitchingBench extends Bench {
    constructor(container, data) {
      super(container, {
        label: "Bench of swapped coins. Press H or T to toss, U to undo, R to reset; the slider is the hazard that the exact filter assumes.",
        symbols: ["H", "T"],
        names: ["Heads (H)", "Tails (T)"],
        noun: "toss",
        most: data.most,
        played: data.played,
      });
      this.data = data;
      this.network = new Runner(new RecurrentAgent(data.weights));
      this.stationary = new Runner(new BetaBernoulli(data.a, data.b));
      this.assume(data.hazard);
      const id = `hazard-${document.querySelectorAll(".live-switching .bench").length}`;
      this.slider = element("input", { type: "range", id, min: 0, max: STEPS, step: 1, value: placeOf(data.hazard) });
      this.value = element("output", { for: id });
      this.slider.addEventListener("input", () => {
        this.assume(this.hazardAt(Number(this.slider.value)));
        this.show();
      });
      this.buttons.link = this.linked("tosses", () => [this.told.join(""), rounded(this.hazard)], (...texts) => this.recalled(...texts));
      this.chart = drawing("Predicted probability of heads after each toss", 680, 230);
      this.map = drawing("Posterior over run lengths after each toss", 680, HEIGHT);
      this.readout = table("Probability of heads", ["", "says", "apart from the filter"]);
      this.start(
        element("div", { class: "controls" }, [...Object.values(this.buttons), this.sequence]),
        element("div", { class: "sliders" }, [element("label", { for: id }, ["the filter's hazard"]), this.slider, this.value]),
        element("p", { class: "legend", "aria-hidden": "true" }, [
          element("span", { class: "key fair circle" }, [`network, hazard ${data.hazard}`]),
          element("span", { class: "key dashed" }, ["exact filter"]),
          element("span", { class: "key bent square" }, ["stationary Bayes"]),
        ]),
        this.chart,
        this.map,
        this.readout.whole,
      );
    }

    /** The hazard at a place of the slider; where the world's own is nearest, that one. */
    hazardAt(place) {
      return place === placeOf(this.data.hazard) ? this.data.hazard : hazardAt(place);
    }

    /** Tosses, and the hazard of the filter, that an address asks for; without a hazard the world's own. */
    recalled(tosses, hazard = rounded(this.data.hazard)) {
      const place = Array.from({ length: STEPS + 1 }, (_, each) => rounded(this.hazardAt(each))).indexOf(hazard);
      if (place < 0 || tosses.length > this.most || [...tosses].some((toss) => !this.symbols.includes(toss))) return false;
      this.rewind();
      this.slider.value = place;
      this.assume(this.hazardAt(place));
      for (const toss of tosses) this.step(toss);
      this.show();
      return true;
    }

    show() {
      super.show(false);
      this.remember();
    }

    /** Another exact filter, which hears all tosses again. */
    assume(hazard) {
      const { a, b, most } = this.data;
      this.hazard = hazard;
      this.filter = new Runner(new RunLengthFilter(a, b, hazard, most));
      for (const symbol of this.told) this.filter.take(this.symbols.map((each) => Number(each === symbol)));
      this.runners = [this.network, this.filter, this.stationary];
    }

    draw() {
      const filter = heads(this.filter);
      const said = { network: heads(this.network), stationary: heads(this.stationary) };
      const lines = [
        { name: "bent", shape: "square", network: said.stationary, bayes: [] },
        { name: "fair", shape: "circle", network: said.network, bayes: filter },
      ];
      predictionChart(this.chart, { symbols: this.told, label: "tosses", lines });
      this.drawMap();
      this.value.textContent = rounded(this.hazard);
      this.slider.setAttribute("aria-valuetext", this.value.textContent);
      this.said = { "exact filter": filter.at(-1), network: said.network.at(-1), "stationary Bayes": said.stationary.at(-1) };
      this.readout.body.replaceChildren(
        ...Object.entries(this.said).map(([name, p]) =>
          row([name, p.toFixed(3), name === "exact filter" ? "" : Math.abs(p - filter.at(-1)).toFixed(3)], {
            "data-machine": name,
            "data-says": p,
          }),
        ),
      );
    }

    /** Tosses to the right, run lengths upwards; blue is likely. */
    drawMap() {
      const width = spread(this.map, HEIGHT);
      const span = Math.max(10, this.told.length);
      const known = this.filter.states.map(runLengths);
      const x = (t) => LEFT + ((width - LEFT - RIGHT) * t) / span;
      const y = (run) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - run / (span + 1));
      const cells = draw(this.map, "g", { class: "amount" }); // the page turns their brightness round in the dark
      known.forEach((shares, t) =>
        shares.forEach((share, run) => {
          if (share < 0.02 || run > span) return;
          const [from, to] = [Math.max(LEFT, x(t - 0.5)), Math.min(width - RIGHT, x(t + 0.5))];
          draw(cells, "rect", { x: from, y: y(run + 1), width: to - from + 0.4, height: y(0) - y(1) + 0.4, fill: shade(share) });
        }),
      );
      for (const run of [0, Math.round(span / 2), span]) {
        draw(this.map, "text", { x: LEFT - 8, y: y(run + 0.5) + 4, "text-anchor": "end" }, String(run));
      }
      draw(this.map, "text", { x: (LEFT + width) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, "tosses; upwards, how often the coin has been tossed");
      this.likeliest = known.at(-1).indexOf(Math.max(...known.at(-1)));
    }

    says() {
      const words = Object.entries(this.said).map(([name, p]) => `${name} ${p.toFixed(2)}`);
      return `${words.join(", ")}; likeliest run length ${this.likeliest}`;
    }
  }

  book.switching = book.bring("switching", SwitchingBench);
})(window.LearningToInfer);
