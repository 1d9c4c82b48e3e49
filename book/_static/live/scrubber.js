/* The training scrubber: slide through the checkpoints of one training and see what the network says at each. See
   experiments/prediction/widget_training.py for the data. */
"use strict";

(function (book) {
  const { element, draw, drawing, titled, points, spread, predictionChart } = book.page;
  const { Part, SIDES } = book.parts;
  const [HEIGHT, PAUSE] = [230, 450]; // pixels; milliseconds between checkpoints while it plays

  const superscript = (n) => [...String(n)].map((c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]).join("");

  /** Divergence at each step on a logarithmic axis: one checkpoint, the earlier ones faint behind it. */
  function divergenceChart(svg, { kl, low, high, floor, ceiling }, checkpoint) {
    const width = spread(svg, HEIGHT);
    const [left, right, bottom, top] = [38, 14, 36, 12];
    const steps = kl[0].length;
    const x = (t) => left + ((width - left - right) * t) / Math.max(1, steps - 1);
    const share = (nats) => (Math.log10(Math.max(nats, 10 ** floor)) - floor) / (ceiling - floor);
    const y = (nats) => top + (HEIGHT - top - bottom) * (1 - share(nats));
    for (let power = floor; power <= ceiling; power++) {
      draw(svg, "line", { x1: left, x2: width - right, y1: y(10 ** power), y2: y(10 ** power), class: "grid" });
      draw(svg, "text", { x: left - 8, y: y(10 ** power) + 4, "text-anchor": "end" }, power ? `10${superscript(power)}` : "1");
    }
    for (let t = 0; t < steps; t += 5) draw(svg, "text", { x: x(t), y: HEIGHT - 20, "text-anchor": "middle" }, String(t));
    draw(svg, "text", { x: (left + width) / 2, y: HEIGHT - 3, "text-anchor": "middle" }, "throws seen");
    const path = (values) => values.map((nats, t) => [x(t), y(nats)]);
    for (const earlier of kl.slice(0, checkpoint)) draw(svg, "polyline", { points: points(path(earlier)), class: "earlier" });
    if (low) {
      const around = [...path(low[checkpoint]), ...path(high[checkpoint]).reverse()];
      draw(svg, "polygon", { points: points(around), class: "band fair" });
    }
    draw(svg, "polyline", { points: points(path(kl[checkpoint])), class: "network fair" });
    for (const [cx, cy] of path(kl[checkpoint])) draw(svg, "circle", { cx, cy, r: 3, class: "mark fair" });
  }

  class Scrubber extends Part {
    constructor(container, data) {
      super(container, `${data.title}. Arrow keys on the slider move through the training.`);
      Object.assign(this, data, { checkpoint: 0, timer: null });
      this.names = this.episodes_seen.map((seen) => (seen ? `${seen.toLocaleString("en")} episodes` : "untrained"));
      this.slider = element("input", { type: "range", min: 0, max: this.kl.length - 1, step: 1, value: 0, "aria-label": "Episodes seen" });
      this.slider.addEventListener("input", () => {
        this.pause();
        this.go(Number(this.slider.value));
      });
      this.play = this.button("", [], () => (this.timer ? this.pause() : this.run()));
      const link = this.linked("seen", () => [this.episodes_seen[this.checkpoint]], (seen) => this.recalled(seen));
      this.buttons = { play: this.play, link };
      // Nothing here moves unless asked to; for those who want no motion at all, the button takes one step.
      this.still = window.matchMedia("(prefers-reduced-motion: reduce)");
      this.still.addEventListener("change", () => this.pause());
      this.label = element("span", { class: "where" });
      this.left = drawing("Divergence of the network from Bayes at each step, on a logarithmic axis", 330, HEIGHT);
      this.right = drawing("Predictions of the network and of Bayes along one episode", 330, HEIGHT);
      this.open(
        element("p", { class: "title" }, [this.title]),
        element("div", { class: "controls" }, [this.play, this.slider, this.label, link]),
        element("div", { class: "maps pair" }, [
          titled("How far from Bayes", "nats at each step; faint: earlier", this.left),
          titled("What it says in one episode", "probability of each side", this.right),
        ]),
        element("p", { class: "legend", "aria-hidden": "true" }, [
          ...SIDES.map((side) => element("span", { class: `key ${side.name} ${side.shape}` }, [`side ${side.symbol}`])),
          element("span", { class: "key solid" }, ["network"]),
          element("span", { class: "key dashed" }, ["Bayes"]),
          ...(this.low ? [element("span", { class: "key bar fair" }, ["5th to 95th percentile of networks"])] : []),
        ]),
      );
      this.pause();
    }

    /** The moment of training that an address asks for. */
    recalled(seen) {
      const checkpoint = this.episodes_seen.indexOf(Number(seen));
      if (!seen || checkpoint < 0) return false;
      this.pause();
      this.go(checkpoint);
      return true;
    }

    get atEnd() {
      return this.checkpoint === this.kl.length - 1;
    }

    go(checkpoint) {
      this.checkpoint = checkpoint;
      this.draw();
      if (!this.timer) this.tell();
    }

    run() {
      const next = () => {
        this.go(this.checkpoint + 1);
        if (this.atEnd) this.pause();
      };
      if (this.atEnd) this.go(0);
      else if (this.still.matches) this.go(this.checkpoint + 1);
      if (this.still.matches) return;
      this.timer = window.setInterval(next, PAUSE);
      this.name();
    }

    pause() {
      window.clearInterval(this.timer);
      this.timer = null;
      this.name();
      this.tell();
    }

    /** The button says what it would do. */
    name() {
      this.play.textContent = this.timer ? "Pause" : this.still.matches ? "Next" : "Play";
    }

    /** To screen readers, only where it rests. */
    tell() {
      this.remember();
      this.status.textContent = `${this.names[this.checkpoint]}: ${this.nats[this.checkpoint]} nats from Bayes over the episode.`;
    }

    draw() {
      const { checkpoint } = this;
      divergenceChart(this.left, this, checkpoint);
      const lines = SIDES.map(({ name, shape }, i) => ({
        name,
        shape,
        network: this.says[checkpoint].map((p) => p[i]),
        bayes: this.bayes.map((p) => p[i]),
      }));
      // What is said at a step is said before its throw: the last throw is not answered.
      predictionChart(this.right, { symbols: this.throws.slice(0, -1), label: "throws", lines, least: 1, height: HEIGHT });
      this.slider.value = checkpoint;
      this.slider.setAttribute("aria-valuetext", this.names[checkpoint]);
      this.label.textContent = this.names[checkpoint];
      this.root.dataset.checkpoint = checkpoint;
    }
  }

  book.scrubbers = book.bring("scrubber", Scrubber);
})(window.LearningToInfer);
