/* How long does it count? Slide along a very long episode and see how many observations networks keep. See
   experiments/prediction/widget_memory.py for the data. */
"use strict";

(function (book) {
  const { element, draw, drawing, titled, points, mark, spread, isPlace } = book.page;
  const { Part } = book.parts;
  const HEIGHT = 300; // pixels
  const LOOKS = [
    { name: "bent", shape: "square" },
    { name: "fair", shape: "circle" },
  ]; // of the two trainings
  const number = (n) => Math.round(n).toLocaleString("en");

  /** Observations kept against observations seen, both on a logarithmic axis, up to a step; the rest faint. */
  function chart(svg, { step, kept }, at) {
    const width = spread(svg, HEIGHT);
    const [left, right, bottom, top] = [50, 16, 40, 12];
    const most = Math.log10(step.at(-1));
    const x = (n) => left + ((width - left - right) * Math.log10(n)) / most;
    const y = (n) => top + (HEIGHT - top - bottom) * (1 - Math.log10(Math.max(n, 1)) / most);
    for (let power = 0; power <= most; power++) {
      const n = 10 ** power;
      draw(svg, "line", { x1: left, x2: width - right, y1: y(n), y2: y(n), class: "grid" });
      draw(svg, "text", { x: left - 8, y: y(n) + 4, "text-anchor": "end" }, number(n));
      draw(svg, "text", { x: x(n), y: HEIGHT - 22, "text-anchor": "middle" }, number(n));
    }
    draw(svg, "text", { x: (left + width) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, "observations seen");
    draw(svg, "line", { x1: x(step[at]), x2: x(step[at]), y1: top, y2: HEIGHT - bottom, class: "grid" });
    draw(svg, "polyline", { points: points([1, step.at(-1)].map((n) => [x(n), y(n)])), class: "bayes" });
    kept.forEach((own, i) => {
      const { name, shape } = LOOKS[i];
      const path = own.map((n, t) => [x(step[t]), y(n)]);
      draw(svg, "polyline", { points: points(path.slice(at)), class: "earlier" });
      draw(svg, "polyline", { points: points(path.slice(0, at + 1)), class: `network ${name}` });
      mark(svg, shape, ...path[at], 5.5, name);
    });
  }

  class HowLong extends Part {
    constructor(container, data) {
      super(container, "How long does it count? Choose a task; arrow keys on the slider move along the episode.");
      Object.assign(this, data, { task: 0 });
      this.at = this.step.findLastIndex((t) => t <= 20);
      const options = this.tasks.map((name, i) => element("option", { value: i }, [name]));
      this.chosen = element("select", { "aria-label": "Task" }, options);
      this.chosen.addEventListener("change", () => this.go(Number(this.chosen.value), this.at));
      this.slider = element("input", { type: "range", min: 0, max: this.step.length - 1, step: 1, "aria-label": "Step of the episode" });
      this.slider.addEventListener("input", () => this.go(this.task, Number(this.slider.value)));
      const link = this.linked("keeps", () => [this.task, this.step[this.at]], (...texts) => this.recalled(...texts));
      this.label = element("span", { class: "where" });
      this.svg = drawing("Observations that two networks keep against observations seen, on logarithmic axes", 680, HEIGHT);
      const figure = titled("Observations kept", "as far from Bayes as a Bayesian who keeps so many", this.svg);
      figure.classList.add("chart");
      this.open(
        element("p", { class: "title" }, ["How long does it count?"]),
        element("div", { class: "controls" }, [this.chosen, this.slider, this.label]),
        figure,
        element("div", { class: "controls" }, [link]),
        element("p", { class: "legend", "aria-hidden": "true" }, [
          ...LOOKS.map(({ name, shape }, i) => element("span", { class: `key ${name} ${shape}` }, [this.trainings[i]])),
          element("span", { class: "key dashed" }, ["Bayes, who keeps all"]),
        ]),
      );
      this.tell();
    }

    go(task, at) {
      Object.assign(this, { task, at });
      this.chosen.value = task;
      this.draw();
      this.tell();
      this.remember();
    }

    /** A task and a step that an address asks for. */
    recalled(task, step) {
      const at = this.step.indexOf(Number(step));
      if (!isPlace(task, this.tasks.length) || at < 0) return false;
      this.go(Number(task), at);
      return true;
    }

    get seen() {
      return `${number(this.step[this.at])} ${this.at ? "observations" : "observation"}`;
    }

    tell() {
      const each = this.trainings.map((name, i) => `${name}, as if it kept ${number(this.kept[i][this.task][this.at])}`);
      this.status.textContent = `${this.tasks[this.task]}, after ${this.seen}: ${each.join("; ")}.`;
    }

    draw() {
      const { step, task, at } = this;
      chart(this.svg, { step, kept: this.kept.map((each) => each[task]) }, at);
      this.slider.value = at;
      this.slider.setAttribute("aria-valuetext", this.seen);
      this.label.textContent = this.seen;
      this.root.dataset.step = step[at];
    }
  }

  book.memories = book.bring("memory", HowLong);
})(window.LearningToInfer);
