/* Can you tell them apart? The optimum and a greedy player play 500 episodes at a time, and are compared by their mean rewards. See
   experiments/bandits/widget_power.py for the data. */
"use strict";

(function (book) {
  const { BernoulliOptimum, drawGame } = book.optimal;
  const { element, draw, drawing, titled, row, table, points, mark, spread, axes, tryThis } = book.page;
  const { Sliders } = book.parts;
  const HEIGHT = 260;
  const [TIE, SURE, WIDE] = [1e-9, 1.96, 1]; // WIDE: reward, to either side of 0 on the axis of differences
  const LOOKS = [
    { shape: "square", name: "bent" },
    { shape: "circle", name: "fair" },
  ]; // of the two readings
  const signed = (reward) => `${reward < 0 ? "−" : "+"}${Math.abs(reward).toFixed(3)}`;

  /** What a player collects in a game; where arms are equals, the game's luck decides. */
  function earned(lead, { tapes, luck }) {
    const counts = [0, 0, 0, 0];
    luck.forEach((chance) => {
      const ahead = lead(counts);
      const arm = ahead > TIE ? 0 : ahead < -TIE ? 1 : Number(chance >= 0.5);
      counts[2 * arm + 1 - tapes[arm][counts[2 * arm] + counts[2 * arm + 1]]]++;
    });
    return counts[0] + counts[2];
  }

  const summary = (values) => {
    const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
    const variance = values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (values.length - 1);
    return { mean, error: Math.sqrt(variance / values.length) };
  };

  class BlindMetric extends Sliders {
    constructor(container, data) {
      super(container, {
        label: "Two players, and experiments of many episodes. P plays another one; left and right arrow keys go back and forth.",
        address: "played",
        sliders: { played: { text: "Experiments played", values: Array.from({ length: data.most }, (_, i) => i + 1), start: 1 } },
      });
      Object.assign(this, data, { differences: [[], []], known: [] });
      const { a, b } = data;
      const optimum = new BernoulliOptimum(a, b, data.steps);
      this.leads = {
        optimum: (counts) => optimum.lead[optimum.place(counts)],
        greed: ([s, f, won, lost]) => (a + s) / (a + b + s + f) - (a + won) / (a + b + won + lost),
      };
      const play = this.button(`Play ${data.episodes} more (P)`, ["P"], () => this.move("played", 1));
      this.single = drawing("Difference of mean rewards in each experiment, by whether the players share their luck", 330, HEIGHT);
      this.pooled = drawing("Difference of mean rewards over all episodes played so far, with 95% intervals", 330, HEIGHT);
      this.readout = table("Optimum less greed, reward an episode; experiments that rank greed first, or see a difference", ["", "last", "greed first", "seen", "all together"]);
      this.begin(
        this.rows,
        element("div", { class: "controls" }, [play, this.link]),
        element("div", { class: "maps pair" }, [
          titled("Each experiment", `mean difference over ${data.episodes} episodes; dotted: exact`, this.single),
          titled("All episodes together", "mean and 95% interval; dotted: exact", this.pooled),
        ]),
        element("p", { class: "legend", "aria-hidden": "true" }, LOOKS.map(({ shape, name }, i) => element("span", { class: `key ${name} ${shape}` }, [`${data.readings[i]}, ${data.readings[i].split(" ")[0]} bandits`]))),
        this.readout.whole,
        tryThis("Play until common luck has settled which player is better. Would you know it by then if each player had luck of her own?"),
      );
    }

    /** The experiments up to here; what was played stays as it was. */
    played(count) {
      const { optimum, greed } = this.leads;
      while (this.known.length < count) {
        const first = this.known.length * this.episodes;
        const own = [[], []];
        for (let i = first; i < first + this.episodes; i++) {
          const [game, other] = [2 * i, 2 * i + 1].map((number) => drawGame(this, this.steps, this.seed, number));
          const best = earned(optimum, game);
          own[0].push(best - earned(greed, other));
          own[1].push(best - earned(greed, game));
        }
        own.forEach((each, reading) => this.differences[reading].push(...each));
        const together = this.differences.map(summary);
        this.known.push(own.map((each, reading) => ({ ...summary(each), together: together[reading] })));
      }
      return this.known.slice(0, count);
    }

    drawSingle(experiments) {
      const svg = this.single;
      const width = spread(svg, HEIGHT);
      const [left, right, top, bottom] = [14, width - 14, 10, HEIGHT - 38];
      const x = (reward) => left + ((right - left) * (Math.max(-WIDE, Math.min(WIDE, reward)) + WIDE)) / (2 * WIDE);
      const across = [-WIDE, -WIDE / 2, 0, WIDE / 2, WIDE].map((each) => [each, String(each).replace("-", "−")]);
      axes(svg, { x, y: () => bottom, left, right, top, bottom, across, up: [], unit: "optimum less greed, reward an episode" });
      draw(svg, "line", { x1: x(0), x2: x(0), y1: top, y2: bottom, class: "zero" });
      draw(svg, "line", { x1: x(this.gap), x2: x(this.gap), y1: top, y2: bottom, class: "bayes" });
      LOOKS.forEach(({ shape, name }, reading) => {
        const floor = reading ? bottom - 8 : (top + bottom) / 2 - 8;
        const piles = new Map(); // dots that would lie on each other are piled up
        experiments.forEach((each, i) => {
          const place = Math.round(x(each[reading].mean) / 8);
          piles.set(place, (piles.get(place) ?? -1) + 1);
          const up = Math.max(floor - 8 * piles.get(place), floor - 96);
          mark(svg, shape, 8 * place, up, i === experiments.length - 1 ? 5.5 : 3, name);
        });
      });
    }

    drawPooled(experiments) {
      const svg = this.pooled;
      const width = spread(svg, HEIGHT);
      const [left, right, top, bottom] = [38, width - 22, 10, HEIGHT - 38];
      const x = (count) => left + ((right - left) * count) / this.most;
      const y = (reward) => bottom - ((bottom - top) * (Math.max(-WIDE / 2, Math.min(WIDE / 2, reward)) + WIDE / 2)) / WIDE;
      const across = [0, this.most / 2, this.most].map((count) => [count, (count * this.episodes).toLocaleString("en")]);
      axes(svg, { x, y, left, right, top, bottom, across, up: [-0.5, -0.25, 0, 0.25, 0.5].map((each) => [each, String(each).replace("-", "−")]), unit: "episodes" });
      draw(svg, "line", { x1: left, x2: right, y1: y(0), y2: y(0), class: "zero" });
      draw(svg, "line", { x1: left, x2: right, y1: y(this.gap), y2: y(this.gap), class: "bayes" });
      LOOKS.forEach(({ shape, name }, reading) => {
        const places = experiments.map((each, i) => [i + 1, each[reading].together]);
        const edge = (sign) => places.map(([count, { mean, error }]) => [x(count), y(mean + sign * SURE * error)]);
        draw(svg, "polygon", { points: points([...edge(1), ...edge(-1).reverse()]), class: `band ${name}` });
        draw(svg, "polyline", { points: points(places.map(([count, { mean }]) => [x(count), y(mean)])), class: `network ${name}` });
        const [count, { mean, error }] = places.at(-1);
        const [one, other] = [1, -1].map((sign) => y(mean + sign * SURE * error));
        draw(svg, "line", { x1: x(count), x2: x(count), y1: one, y2: other, class: `network ${name}` });
        mark(svg, shape, x(count), y(mean), 5, name);
      });
    }

    draw() {
      this.show();
      const experiments = this.played(this.value("played"));
      this.drawSingle(experiments);
      this.drawPooled(experiments);
      this.found = LOOKS.map((_, reading) => {
        const own = experiments.map((each) => each[reading]);
        const misled = own.filter(({ mean }) => mean < 0).length;
        const seen = own.filter(({ mean, error }) => Math.abs(mean) > SURE * error).length;
        return { last: own.at(-1), misled, seen, ...own.at(-1).together };
      });
      const plus = ({ mean, error }) => `${signed(mean)} ± ${(SURE * error).toFixed(3)}`;
      this.readout.body.replaceChildren(
        ...this.found.map((each, reading) =>
          row([this.readings[reading], plus(each.last), `${each.misled} of ${experiments.length}`, `${each.seen} of ${experiments.length}`, plus(each)], {
            "data-mean": each.mean,
            "data-error": each.error,
          }),
        ),
      );
    }

    tell() {
      const count = this.value("played");
      const said = this.found.map(({ mean, error }, reading) => `${this.readings[reading]}: ${signed(mean)}, within ${(SURE * error).toFixed(3)}`);
      this.status.textContent = `${(count * this.episodes).toLocaleString("en")} episodes each. Optimum less greed, ${said.join("; ")}. In truth ${signed(this.gap)} reward an episode.`;
    }
  }

  book.power = book.bring("power", BlindMetric);
  book.blind = { earned };
})(window.LearningToInfer);
