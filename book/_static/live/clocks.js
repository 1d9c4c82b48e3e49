/* Two clocks: stop a Meta-Learner's training, and its episode, and see how much of each singular mode it has found. See
   experiments/linear/widget_clocks.py for the data. */
"use strict";

(function (book) {
  const { element, draw, drawing, titled, row, table, points, mark, spread, axes, tryThis } = book.page;
  const { Sliders } = book.parts;
  const HEIGHT = 260;
  const MODES = [
    { called: "large mode", shape: "circle", name: "fair" },
    { called: "small mode", shape: "square", name: "bent" },
  ];
  const number = (n) => n.toLocaleString("en");

  class TwoClocks extends Sliders {
    constructor(container, data) {
      const steps = data.share[0][0].length;
      const targets = data.values.map((pair) => pair.map((value) => value.toFixed(2)).join(", "));
      super(container, {
        label: "Two clocks. Left and right arrow keys turn the outer one, training; up and down the inner one, the episode.",
        address: "clocks",
        sliders: {
          outer: { text: "Outer clock: episodes of training", values: data.episodes, start: data.episodes[data.start[0]], said: number },
          inner: { text: "Inner clock: step of the episode", values: Array.from({ length: steps }, (_, i) => i + 1), start: steps },
          target: { text: "Singular values of the target", values: targets.map((_, i) => i), start: data.start[1], said: (i) => targets[i] },
        },
      });
      Object.assign(this, data, { steps });
      this.within = drawing("Share of the large and of the small mode found along an episode, with the outer clock stopped", 330, HEIGHT);
      this.over = drawing("Share of the large and of the small mode found over training, with the inner clock stopped", 330, HEIGHT);
      this.readout = table("Share of each mode that is found", ["", "singular value", "found"]);
      this.begin(
        this.rows,
        element("div", { class: "controls" }, [this.link]),
        element("div", { class: "maps pair" }, [
          titled("The inner clock runs", "training stopped where the outer one stands", this.within),
          titled("The outer clock runs", "looked at where the inner one stands", this.over),
        ]),
        element("p", { class: "legend", "aria-hidden": "true" }, [
          ...MODES.map(({ called, shape, name }) => element("span", { class: `key ${name} ${shape}` }, [called])),
          element("span", { class: "key dashed" }, ["as much as there is"]),
        ]),
        this.readout.whole,
        tryThis("Let the outer clock run to its end: what is left of the lead, early in the episode and late? Then choose the target whose modes are nearly alike."),
      );
    }

    /** Share of a mode of the chosen target. */
    found(mode, outer = this.at.outer, inner = this.at.inner) {
      return this.share[outer][this.at.target][inner][mode];
    }

    /** One clock runs from left to right, and stands where the slider says. */
    chart(svg, { places, ticks, unit, at, found }) {
      const width = spread(svg, HEIGHT);
      const [left, right, top, bottom] = [38, width - 16, 10, HEIGHT - 38];
      const high = Math.max(1.1, ...this.share.flat(3));
      const low = Math.min(0, ...this.share.flat(3));
      const [first, last] = [places[0], places.at(-1)];
      const x = (place) => left + ((right - left) * (place - first)) / (last - first);
      const y = (share) => bottom - ((bottom - top) * (share - low)) / (high - low);
      const up = [0, 0.5, 1, 1.5].filter((each) => each <= high).map((each) => [each, String(each)]);
      axes(svg, { x, y, left, right, top, bottom, across: ticks, up, unit });
      draw(svg, "line", { x1: left, x2: right, y1: y(1), y2: y(1), class: "bayes" });
      draw(svg, "line", { x1: x(places[at]), x2: x(places[at]), y1: top, y2: bottom, class: "zero" });
      MODES.forEach(({ shape, name }, mode) => {
        const path = places.map((place, i) => [x(place), y(found(mode, i))]);
        draw(svg, "polyline", { points: points(path), class: `network ${name}` });
        mark(svg, shape, ...path[at], 5.5, name);
      });
    }

    draw() {
      this.show();
      const steps = this.sliders.inner.values;
      const inner = [1, 5, 10, 15, 20].filter((step) => step <= this.steps).map((step) => [step, String(step)]);
      this.chart(this.within, { places: steps, ticks: inner, unit: "step of the episode", at: this.at.inner, found: (mode, i) => this.found(mode, this.at.outer, i) });
      const least = this.episodes.find((seen) => seen > 0);
      const log = this.episodes.map((seen) => Math.log10(Math.max(seen, least / 1.3))); // the untrained network is on the left edge
      const outer = [1e3, 1e4, 3e4, 1e5, 3e5, 1e6, 1e7].filter((seen) => seen >= least && seen <= this.episodes.at(-1)).map((seen) => [Math.log10(seen), number(seen)]);
      this.chart(this.over, { places: log, ticks: outer, unit: "episodes of training", at: this.at.outer, found: (mode, i) => this.found(mode, i) });
      const values = this.values[this.at.target];
      this.readout.body.replaceChildren(...MODES.map(({ called }, mode) => row([called, values[mode].toFixed(2), this.found(mode).toFixed(2)], { "data-found": this.found(mode) })));
    }

    tell() {
      const seen = this.value("outer") ? `After ${number(this.value("outer"))} episodes of training` : "Untrained";
      const [large, small] = [0, 1].map((mode) => this.found(mode));
      const ahead = large === small ? "level" : `the ${small > large ? "small" : "large"} one is ahead by ${Math.abs(small - large).toFixed(2)}`;
      this.status.textContent = `${seen}, at step ${this.value("inner")} of ${this.steps}: ${large.toFixed(2)} of the large mode, ${small.toFixed(2)} of the small one; ${ahead}.`;
    }
  }

  book.clocks = book.bring("clocks", TwoClocks);
})(window.LearningToInfer);
