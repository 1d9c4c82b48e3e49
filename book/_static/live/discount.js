/* Which arm would you pull? Choose what two arms have paid and how patient an index is; see where index, optimum and greed part. See
   experiments/bandits/widget_discount.py for the data. */
"use strict";

(function (book) {
  const { numbers } = book.arithmetic;
  const { BernoulliOptimum } = book.optimal;
  const { element, draw, drawing, titled, row, table, points, mark, spread, axes, tryThis } = book.page;
  const { Sliders } = book.parts;
  const HEIGHT = 330;
  const { TIE } = book.arms;
  const COUNTS = ["won", "lost", "otherWon", "otherLost"]; // of the first arm, of the second
  const LOOKS = {
    stay: ["square", "fair"],
    leave: ["circle", "missed little"],
    explores: ["triangle", "bent"],
    settles: ["circle", "side3"],
  };
  const pulls = (lead) => (lead > TIE ? "the first arm" : lead < -TIE ? "the second arm" : "either arm");

  class DiscountBench extends Sliders {
    constructor(container, data) {
      const counts = Array.from({ length: data.steps }, (_, count) => count);
      const text = ["First arm: paid", "First arm: did not", "Second arm: paid", "Second arm: did not"];
      super(container, {
        label: "Two arms and three players. Sliders choose the discount of the index and what the arms have paid; left and right arrow keys change the discount.",
        address: "discount",
        sliders: {
          discount: { text: "Discount of the index", values: data.discounts, start: data.start[0] },
          ...Object.fromEntries(COUNTS.map((name, i) => [name, { text: text[i], values: counts, start: data.start[1][i] }])),
        },
      });
      Object.assign(this, data);
      this.size = this.steps; // an arm's counts go up to one less
      this.indices = data.tables.map((each) => numbers(each.float32));
      this.optimum = new BernoulliOptimum(data.a, data.b, data.steps);
      this.map = drawing("What index and optimum do, by how often the first arm paid and did not, for these counts of the second", 330, HEIGHT);
      this.map.classList.add("canvas");
      this.map.addEventListener("click", (event) => this.point(event));
      this.price = drawing("Reward an episode that players of an index miss, by discount", 330, HEIGHT);
      this.readout = table("What each player compares, and what it pulls", ["", "first arm", "second arm", "pulls"]);
      this.begin(
        this.rows,
        element("div", { class: "controls" }, [this.link]),
        element("div", { class: "maps pair" }, [
          titled("States of the first arm", "the second as the sliders say", this.map),
          titled("What the index misses", "reward in an episode of all steps, by discount", this.price),
        ]),
        element("p", { class: "legend", "aria-hidden": "true" }, [
          element("span", { class: "key fair" }, ["both pull the first"]),
          element("span", { class: "key hollow" }, ["both pull the second"]),
          element("span", { class: "key bent triangle" }, ["only the index pulls the second"]),
          element("span", { class: "key side3 circle" }, ["only the index pulls the first"]),
          element("span", { class: "key dashed" }, ["greed: changes arms, and what it misses"]),
        ]),
        this.readout.whole,
        tryThis("Lower the discount by one step: the index stays with the first arm too. Is an index for 0.5 better still? Look where it settles too early."),
      );
    }

    /** An episode has an end: with one count raised too far, others fall. */
    choose(name, place) {
      super.choose(name, place);
      if (!COUNTS.includes(name)) return;
      for (const other of [...COUNTS].reverse()) while (other !== name && !this.possible(this.at) && this.at[other]) this.at[other]--;
    }

    possible(at) {
      return COUNTS.reduce((sum, name) => sum + at[name], 0) < this.steps;
    }

    get counts() {
      return COUNTS.map((name) => this.at[name]);
    }

    get seen() {
      return this.counts.reduce((sum, each) => sum + each, 0);
    }

    /** What a player compares of the two arms in a state: the second is worth 0 to the optimum, the first as much more. */
    compared(player, [won, lost, otherWon, otherLost]) {
      const { a, b } = this;
      if (player === "greed") return [[won, lost], [otherWon, otherLost]].map(([s, f]) => (a + s) / (a + b + s + f));
      if (player === "optimum") return [this.optimum.lead[this.optimum.place([won, lost, otherWon, otherLost])], 0];
      const values = this.indices[this.at.discount];
      return [values[won * this.size + lost], values[otherWon * this.size + otherLost]];
    }

    lead(player, counts) {
      const [one, other] = this.compared(player, counts);
      return one - other;
    }

    /** What index and optimum do in a state, as a name of `LOOKS`; nothing where one of them has no preference. */
    kind(counts) {
      const [index, best] = ["index", "optimum"].map((player) => this.lead(player, counts));
      if (Math.min(Math.abs(index), Math.abs(best)) <= TIE) return null;
      if (index > 0 === best > 0) return best > 0 ? "stay" : "leave";
      return best > 0 ? "explores" : "settles";
    }

    /** A click chooses what the first arm has paid. */
    point(event) {
      const { left, top } = this.map.getBoundingClientRect();
      const [won, lost] = [(event.clientX - left - this.box.left) / this.box.room, (this.box.bottom - event.clientY + top) / this.box.room].map(Math.round);
      if (won < 0 || lost < 0 || won + lost + this.at.otherWon + this.at.otherLost >= this.steps) return;
      this.choose("won", won);
      this.choose("lost", lost);
    }

    drawMap() {
      const svg = this.map;
      const width = spread(svg, HEIGHT);
      const [left, right, top, bottom] = [34, width - 8, 8, HEIGHT - 38];
      const room = Math.min((right - left) / this.steps, (bottom - top) / this.steps);
      this.box = { left, bottom, room };
      const [x, y] = [(won) => left + room * won, (lost) => bottom - room * lost];
      const ticks = [0, 5, 10, 15].filter((each) => each < this.steps).map((each) => [each, String(each)]);
      axes(svg, { x, y, left, right: left + room * this.steps, top: bottom - room * this.steps, bottom, across: ticks, up: ticks, unit: "times the first arm paid; upwards, did not" });
      const [otherWon, otherLost] = this.counts.slice(2);
      const open = this.steps - otherWon - otherLost;
      for (let won = 0; won < open; won++) {
        for (let lost = 0; won + lost < open; lost++) {
          const [shape, name] = LOOKS[this.kind([won, lost, otherWon, otherLost])] ?? ["circle", "little"];
          mark(svg, shape, x(won), y(lost), room * (name === "little" ? 0.1 : 0.27), name);
        }
      }
      const mean = (this.a + otherWon) / (this.a + this.b + otherWon + otherLost);
      const parting = (won) => (this.a + won) / mean - this.a - this.b - won; // where the first arm has the same mean
      const reach = Array.from({ length: 20 * open }, (_, i) => [i / 20, parting(i / 20)]).filter(([won, lost]) => lost >= 0 && won + lost <= open);
      draw(svg, "polyline", { points: points(reach.map(([won, lost]) => [x(won), y(lost)])), class: "bayes" });
      draw(svg, "rect", { x: x(this.at.won) - room / 2, y: y(this.at.lost) - room / 2, width: room, height: room, class: "chosen" });
    }

    drawPrice() {
      const svg = this.price;
      const width = spread(svg, HEIGHT);
      const [left, right, top, bottom] = [42, width - 14, 12, HEIGHT - 38];
      const high = 1.05 * Math.max(...this.misses, this.greed);
      const horizon = this.discounts.map((each) => Math.log10(1 / (1 - each)));
      const x = (discount) => left + ((right - left) * (Math.log10(1 / (1 - discount)) - horizon[0])) / (horizon.at(-1) - horizon[0]);
      const y = (reward) => bottom - ((bottom - top) * reward) / high;
      const up = [0, 0.02, 0.04, 0.06, 0.08, 0.1].filter((each) => each <= high);
      const across = [0.5, 0.8, 0.9, 0.95, 0.99].filter((each) => this.discounts.includes(each));
      axes(svg, { x, y, left, right, top, bottom, across: across.map((each) => [each, String(each)]), up: up.map((each) => [each, String(each)]), unit: "discount" });
      draw(svg, "line", { x1: left, x2: right, y1: y(this.greed), y2: y(this.greed), class: "bayes" });
      draw(svg, "polyline", { points: points(this.discounts.map((each, i) => [x(each), y(this.misses[i])])), class: "network" });
      mark(svg, "triangle", x(this.value("discount")), y(this.misses[this.at.discount]), 6, "bent");
    }

    draw() {
      this.show();
      this.drawMap();
      this.drawPrice();
      const said = { greed: (each) => each.toFixed(3), index: (each) => each.toFixed(3), optimum: (each) => (each ? `${each > 0 ? "+" : "−"}${Math.abs(each).toFixed(3)}` : "0") };
      const heads = { greed: "greed: posterior mean", index: `index for ${this.value("discount")}`, optimum: "optimum: how far ahead" };
      this.readout.body.replaceChildren(
        ...Object.keys(said).map((player) =>
          row([heads[player], ...this.compared(player, this.counts).map(said[player]), pulls(this.lead(player, this.counts))], { "data-player": player }),
        ),
      );
    }

    tell() {
      const [won, lost, otherWon, otherLost] = this.counts;
      const left = this.steps - this.seen;
      const each = Object.entries({ Greed: "greed", "the index": "index", "the optimum": "optimum" }).map(([name, player]) => `${name} pulls ${pulls(this.lead(player, this.counts))}`);
      const [misses, greed] = [this.misses[this.at.discount], this.greed].map((reward) => reward.toFixed(3));
      this.status.textContent =
        `The first arm paid ${won} of ${won + lost}, the second ${otherWon} of ${otherWon + otherLost}; ${left} ${left === 1 ? "pull" : "pulls"} left. ` +
        `${each.join(", ")}. In an episode the index for ${this.value("discount")} misses ${misses} reward, greed ${greed}.`;
    }
  }

  book.discounts = book.bring("discount", DiscountBench);
})(window.LearningToInfer);
