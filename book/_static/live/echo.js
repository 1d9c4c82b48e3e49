/* How far back does chance remember? Choose what is added to the forget gate's bias of an untrained network; see its echo fade, and how well
   counts are read from it. See experiments/bandits/widget_echo.py for the data. */
"use strict";

(function (book) {
  const { element, draw, drawing, titled, points, mark, spread, axes, tryThis } = book.page;
  const { Sliders } = book.parts;
  const HEIGHT = 280;
  const [FAINTEST, LOUDEST, LEAST, MOST] = [1e-3, 5, 0.01, 1]; // of the two logarithmic axes
  const signed = (bias) => (bias ? `${bias < 0 ? "−" : "+"}${Math.abs(bias)}` : "0");

  /** After how many steps less than half of an echo is left; null if that never happens. */
  function halved(echo) {
    const at = echo.findIndex((each) => each < 0.5);
    return at < 0 ? null : at;
  }

  class EchoBench extends Sliders {
    constructor(container, data) {
      super(container, {
        label: "An untrained network with a forget gate of your choice. Left and right arrow keys change what is added to the gate's bias.",
        address: "forget",
        sliders: { added: { text: "Added to the forget gate's bias", values: data.added, start: data.start, said: signed } },
      });
      Object.assign(this, data);
      this.fading = drawing("Echo of an input in the state, by how many steps ago it came, on a logarithmic axis", 330, HEIGHT);
      this.reading = drawing("Error of reading counts from untrained networks, by what is added to the forget gate's bias", 330, HEIGHT);
      this.begin(
        this.rows,
        element("div", { class: "controls" }, [this.link]),
        element("div", { class: "maps pair" }, [
          titled("How long it echoes", "an input's effect on the last state", this.fading),
          titled("What can be read", "error of reading the optimum's counts; dotted: low", this.reading),
        ]),
        element("p", { class: "legend", "aria-hidden": "true" }, [
          element("span", { class: "key fair circle" }, ["untrained, as chosen"]),
          element("span", { class: "key solid" }, ["trained"]),
          element("span", { class: "key dashed" }, ["optimum: keeps all"]),
          element("span", { class: "key bent" }, ["read by a straight line, this network"]),
          element("span", { class: "key side3 triangle" }, ["read by φ, ten networks"]),
        ]),
        tryThis("Which bias makes the best memory of chance? Find it on the right, then add more: what does the echo do where counts get harder to read again?"),
      );
    }

    drawFading() {
      const svg = this.fading;
      const width = spread(svg, HEIGHT);
      const [left, right, top, bottom] = [44, width - 10, 10, HEIGHT - 38];
      const last = this.trained.length - 1;
      const scale = Math.log(LOUDEST / FAINTEST);
      const x = (ago) => left + ((right - left) * ago) / last;
      const y = (echo) => bottom - ((bottom - top) * Math.log(Math.max(echo, FAINTEST) / FAINTEST)) / scale;
      const across = [0, 6, 12, 18].filter((ago) => ago <= last).map((ago) => [ago, String(ago)]);
      axes(svg, { x, y, left, right, top, bottom, across, up: [0.001, 0.01, 0.1, 1].map((each) => [each, String(each)]), unit: "steps ago" });
      const path = (echo) => echo.map((each, ago) => [x(ago), y(each)]);
      for (const each of this.echo) draw(svg, "polyline", { points: points(path(each)), class: "earlier" });
      draw(svg, "polyline", { points: points(path(this.trained)), class: "earlier strong" });
      draw(svg, "polyline", { points: points(path(this.trained.map(() => 1))), class: "bayes" });
      const own = path(this.echo[this.at.added]);
      draw(svg, "polyline", { points: points(own), class: "network fair" });
      own.forEach(([cx, cy], ago) => this.echo[this.at.added][ago] >= FAINTEST && mark(svg, "circle", cx, cy, 3, "fair"));
    }

    drawReading() {
      const svg = this.reading;
      const width = spread(svg, HEIGHT);
      const [left, right, top, bottom] = [44, width - 14, 10, HEIGHT - 38];
      const [first, last] = [this.added[0], this.added.at(-1)];
      const x = (bias) => left + ((right - left) * (bias - first)) / (last - first);
      const y = (error) => bottom - ((bottom - top) * Math.log(Math.max(error, LEAST) / LEAST)) / Math.log(MOST / LEAST);
      const across = this.added.filter(Number.isInteger).map((bias) => [bias, signed(bias)]);
      axes(svg, { x, y, left, right, top, bottom, across, up: [0.01, 0.1, 1].map((each) => [each, String(each)]), unit: "added to the bias" });
      draw(svg, "line", { x1: left, x2: right, y1: y(this.low), y2: y(this.low), class: "bayes" });
      const line = this.line.map((each, i) => [x(this.added[i]), y(each)]);
      draw(svg, "polyline", { points: points(line), class: "network bent" });
      line.forEach(([cx, cy], i) => mark(svg, "square", cx, cy, i === this.at.added ? 6 : 2.5, "bent"));
      for (const [bias, median, low, high] of this.measured) {
        draw(svg, "line", { x1: x(bias), x2: x(bias), y1: y(low), y2: y(high), class: "network side3" });
        mark(svg, "triangle", x(bias), y(median), 4, "side3");
      }
    }

    draw() {
      this.show();
      this.drawFading();
      this.drawReading();
    }

    tell() {
      const echo = this.echo[this.at.added];
      const bias = this.value("added");
      const steps = halved(echo);
      const fades = steps === null ? "no input of the episode has lost half of its echo" : `after ${steps} ${steps === 1 ? "step" : "steps"} less than half of an echo is left`;
      const first = echo.at(-1) < FAINTEST ? `less than ${FAINTEST}` : echo.at(-1).toFixed(3);
      const measured = this.measured.find(([each]) => each === bias);
      const phi = measured ? `, φ with ${measured[1].toFixed(2)} in the median network` : "";
      this.status.textContent =
        `With ${signed(bias)} added, ${fades}; of the first, ${echo.length - 1} steps ago, ${first}. ` +
        `A straight line reads the counts with an error of ${this.line[this.at.added].toFixed(2)}${phi}; at most ${this.low} is low.`;
    }
  }

  book.echoes = book.bring("echo", EchoBench);
})(window.LearningToInfer);
