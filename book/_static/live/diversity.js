/* Memorise or infer? Choose on how many tasks a network was trained and for how long; see what it makes of a new line, beside
   the two Bayesians, and which of them it is nearer to. See experiments/diversity/widget.py for the data. */
"use strict";

(function (book) {
  const { element, draw, drawing, titled, row, table, points, mark, spread, isPlace } = book.page;
  const { Part } = book.parts;
  const HEIGHT = 250;
  const NAMES = { discrete: "the discrete Bayesian", continuous: "ridge regression" };
  let count = 0; // ids of different parts must differ

  class DiversityBench extends Part {
    constructor(container, data) {
      super(container, "Networks that were trained on a few tasks or many, and a new line. Arrow keys on the sliders change the number of tasks and the time in training.");
      Object.assign(this, data, { number: count++ });
      [this.which, this.at] = data.start;
      this.sliders = {
        tasks: this.slider("Training tasks M", this.tasks.length, this.which, (value) => (this.which = value)),
        time: this.slider("Episodes seen", this.episodes.length, this.at, (value) => (this.at = value)),
      };
      const link = this.linked("diversity", () => [this.which, this.at], (...texts) => this.recalled(...texts));
      this.line = drawing("A new line: what is seen of it, and what the network and two Bayesians make of it", 330, HEIGHT);
      this.map = drawing("Which Bayesian networks are nearer to on new lines, by number of tasks and time in training", 330, HEIGHT);
      this.readout = table("Squared distance of the network's predictions, median of networks", ["", "from the discrete Bayesian", "from ridge regression", "so it"]);
      this.open(
        element("div", { class: "sliders" }, Object.values(this.sliders).flatMap(({ label, input, said }) => [label, input, said])),
        element("div", { class: "maps pair" }, [
          titled("A new line", `y along its steepest direction, after ${this.points.length} points`, this.line),
          titled("Who is nearer on new lines", "each mark: networks of one M at one time", this.map),
        ]),
        element("p", { class: "legend", "aria-hidden": "true" }, [
          element("span", { class: "key solid" }, ["network"]),
          element("span", { class: "key line broken bent" }, ["discrete Bayesian"]),
          element("span", { class: "key dashed" }, ["ridge regression"]),
          element("span", { class: "key bent" }, ["memorises"]),
          element("span", { class: "key fair circle" }, ["infers"]),
        ]),
        this.readout.whole,
        element("div", { class: "controls" }, [link]),
      );
      this.tell();
    }

    /** A number of tasks and a moment that an address asks for, as places in their lists. */
    recalled(which, at) {
      if (!isPlace(which, this.tasks.length) || !isPlace(at, this.episodes.length)) return false;
      Object.assign(this, { which: Number(which), at: Number(at) });
      this.soon();
      return true;
    }

    slider(text, length, value, act) {
      const id = `diversity-${this.number}-${text.split(" ")[0].toLowerCase()}`;
      const input = element("input", { type: "range", id, min: 0, max: length - 1, step: 1, value });
      input.addEventListener("input", () => {
        act(Number(input.value));
        this.soon();
      });
      return { input, label: element("label", { for: id }, [text]), said: element("output", { for: id, "aria-live": "off" }) };
    }

    /** Distances now, to the discrete Bayesian and to ridge regression. */
    distances(where, which = this.which, at = this.at) {
      return ["discrete", "continuous"].map((bayes) => this.distance[where][bayes][which][at]);
    }

    /** What a network does; nothing yet, as long as it is about as far from ridge regression as if it said zero. */
    verb(where, which = this.which, at = this.at) {
      const [discrete, continuous] = this.distances(where, which, at);
      if (!this.begun[which][at]) return "has learned little";
      return discrete < continuous ? "memorises" : "infers";
    }

    get moment() {
      const seen = this.episodes[this.at];
      return seen ? `${seen.toLocaleString("en")} episodes` : "untrained";
    }

    drawLine() {
      const svg = this.line;
      const width = spread(svg, HEIGHT);
      const [left, right, bottom, top] = [34, 8, 34, 8];
      const reach = this.place.at(-1);
      const high = Math.ceil(Math.max(reach * this.slope, ...this.points.map(([, y]) => Math.abs(y))));
      const x = (s) => left + ((width - left - right) * (s + reach)) / (2 * reach);
      const y = (value) => top + ((HEIGHT - top - bottom) * (high - Math.max(-high, Math.min(high, value)))) / (2 * high);
      for (const value of [-high, 0, high]) {
        draw(svg, "line", { x1: left, x2: width - right, y1: y(value), y2: y(value), class: "grid" });
        draw(svg, "text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, String(value).replace("-", "−"));
      }
      for (const value of [-2, 0, 2]) draw(svg, "text", { x: x(value), y: HEIGHT - 18, "text-anchor": "middle" }, String(value).replace("-", "−"));
      draw(svg, "text", { x: (left + width - right) / 2, y: HEIGHT - 2, "text-anchor": "middle" }, "x along this direction");
      draw(svg, "line", { x1: x(-reach), x2: x(reach), y1: y(-reach * this.slope), y2: y(reach * this.slope), class: "truth" });
      for (const [s, value] of this.points) if (Math.abs(s) <= reach) draw(svg, "circle", { cx: x(s), cy: y(value), r: 3, class: "seen here" });
      const path = (said) => points(said.map((value, i) => [x(this.place[i]), y(value)]));
      draw(svg, "polyline", { points: path(this.bayes[this.which].discrete), class: "edge broken bent" });
      draw(svg, "polyline", { points: path(this.bayes[this.which].continuous), class: "bayes" });
      const said = this.network[this.which][this.at];
      draw(svg, "polyline", { points: path(said), class: "network fair" });
      said.forEach((value, i) => mark(svg, "circle", x(this.place[i]), y(value), 3, "fair"));
    }

    drawMap() {
      const svg = this.map;
      const width = spread(svg, HEIGHT);
      const [left, right, bottom, top] = [40, 10, 34, 8];
      const [rows, columns] = [this.tasks.length, this.episodes.length];
      const x = (at) => left + ((width - left - right) * (at + 0.5)) / columns;
      const y = (which) => top + ((HEIGHT - top - bottom) * (rows - which - 0.5)) / rows;
      const room = Math.min((width - left - right) / columns, (HEIGHT - top - bottom) / rows);
      this.tasks.forEach((tasks, which) => {
        draw(svg, "text", { x: left - 6, y: y(which) + 4, "text-anchor": "end" }, String(tasks));
        this.episodes.forEach((_, at) => {
          const [discrete, continuous] = this.distances("new", which, at);
          const strength = Math.min(1, Math.abs(Math.log2(discrete / continuous)));
          const [shape, name] = { infers: ["circle", "fair"], memorises: ["square", "bent"] }[this.verb("new", which, at)] ?? ["circle", "little"];
          mark(svg, shape, x(at), y(which), room * (name === "little" ? 0.1 : 0.14 + 0.28 * strength), name);
        });
      });
      const side = room * 0.98;
      draw(svg, "rect", { x: x(this.at) - side / 2, y: y(this.which) - side / 2, width: side, height: side, class: "chosen" });
      draw(svg, "text", { x: left - 34, y: top + 4 }, "M");
      draw(svg, "text", { x: (left + width - right) / 2, y: HEIGHT - 6, "text-anchor": "middle" }, `training, to ${this.episodes.at(-1).toLocaleString("en")} episodes`);
    }

    draw() {
      this.drawLine();
      this.drawMap();
      const said = { tasks: `${this.tasks[this.which]}`, time: this.moment };
      for (const [name, { input, said: output }] of Object.entries(this.sliders)) {
        output.textContent = said[name];
        input.value = { tasks: this.which, time: this.at }[name];
        input.setAttribute("aria-valuetext", said[name]);
      }
      this.readout.body.replaceChildren(
        ...["new", "old"].map((where) => row([`${where} lines`, ...this.distances(where).map((each) => each.toFixed(2)), this.verb(where)], { "data-where": where })),
      );
      Object.assign(this.root.dataset, { tasks: this.tasks[this.which], checkpoint: this.at });
    }

    /** In words, for those who cannot see it too. */
    tell() {
      const [discrete, continuous] = this.distances("new").map((each) => each.toFixed(2));
      this.status.textContent = `M = ${this.tasks[this.which]}, ${this.moment}: on new lines ${discrete} from ${NAMES.discrete}, ${continuous} from ${NAMES.continuous}; the network ${this.verb("new")}.`;
    }
  }

  book.diversity = book.bring("diversity", DiversityBench);
})(window.LearningToInfer);
