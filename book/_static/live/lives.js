/* Lives: choose what the unknown arm pays; a network and the adaptive optimum decide at every step whether to pull it. See
   experiments/one_armed/widget_lives.py for the data; lib/agents/lstm.py, lib/optimal/stopping.py and lib/tasks/one_armed.py for the same in
   Python. */
"use strict";

(function (book) {
  const { LeanAgent } = book.machines;
  const { softmax } = book.arithmetic;
  const { uniform } = book.chance;
  const { element, draw, drawing, titled, row, table, points, isPlace, isOn } = book.page;
  const { Part } = book.parts;
  const { axes } = book.exploring;

  /** Stops for good as soon as its posterior mean falls below the boundary. State: pulls, their sum, whether it stopped. */
  class Stopper {
    constructor({ sigmaP, boundaries }, { sigmaL, mean }) {
      Object.assign(this, { boundaries, prior: sigmaP ** -2, reading: sigmaL ** -2, mean });
    }

    initialState() {
      return { n: 0, sum: 0, stopped: false };
    }

    /** What it believes of the arm. */
    belief({ n, sum }) {
      return (this.prior * this.mean + this.reading * sum) / (this.prior + this.reading * n);
    }

    step({ n, sum, stopped }, [, pulled, , reward]) {
      const state = { n: n + pulled, sum: sum + pulled * reward, stopped };
      state.stopped = stopped || !(state.n < this.boundaries.length && this.belief(state) > this.boundaries[state.n]);
      return { state, policy: state.stopped ? [1, 0] : [0, 1] };
    }
  }

  /** A trained network; what it says are logits. */
  class Trained {
    constructor(weights) {
      this.agent = new LeanAgent(weights);
    }

    initialState() {
      return this.agent.initialState();
    }

    step(state, input) {
      const { state: next, output } = this.agent.step(state, input);
      return { state: next, policy: softmax(output) };
    }
  }

  /** One life: how likely the arm was pulled at each step, and whether it was. What the k-th pull pays and what decides at
   *  each step is given; so two players have the same luck. */
  function live(player, { mu, sigmaL, steps }, { noise, chance }) {
    let [state, told, pulls] = [player.initialState(), [0, 0, -1, 0], 0];
    const likely = new Float64Array(steps);
    const pulled = new Array(steps);
    for (let t = 0; t < steps; t++) {
      const said = player.step(state, told);
      state = said.state;
      likely[t] = said.policy[1];
      pulled[t] = chance[t] >= said.policy[0];
      const reward = pulled[t] ? mu + sigmaL * noise[pulls] : 0;
      if (pulled[t]) pulls++;
      told = [pulled[t] ? 0 : 1, pulled[t] ? 1 : 0, (2 * (t + 1)) / (steps - 1) - 1, reward];
    }
    return { likely, pulled, pulls };
  }

  const [AT_ONCE, SLICE] = [4, 12]; // milliseconds of lives before the first picture, and at a time after it

  const two = (value) => (Math.abs(value) < 0.005 ? "0.00" : value.toFixed(2).replace("-", "−"));

  class LifeBench extends Part {
    constructor(container, data) {
      super(
        container,
        "A life with an unknown arm. Arrow keys on the slider change what it pays; N is new luck; letters in brackets choose " +
          "where the network grew up.",
      );
      Object.assign(this, data);
      this.players = this.worlds.map((world) => ({ network: new Trained(world.weights), optimum: new Stopper(world, data) }));
      this.where = 0;
      this.number = 0;
      const id = `lives-mu-${LifeBench.count}`;
      this.slider = element("input", { type: "range", id, min: -this.most, max: this.most, step: 0.05, value: this.mu });
      this.said = element("output", { for: id, "aria-live": "off" });
      this.slider.addEventListener("input", () => this.go({ mu: Number(this.slider.value) }));
      this.buttons = {
        renew: this.button("New luck (N)", ["N"], () => this.renew()),
        link: this.linked("life", () => [this.mu, this.where, this.number], (...texts) => this.recalled(...texts)),
      };
      this.homes = this.worlds.map(({ name }, i) => {
        const key = name[0].toUpperCase();
        return this.button(`Grew up ${name} (${key})`, [key], () => this.go({ where: i }));
      });
      this.one = drawing("How likely each pulls the unknown arm at each step of one life", 320, 240);
      this.many = drawing(`The same, averaged over ${this.lives} lives`, 320, 240);
      this.readout = table("Pulls, and what they pay on average", ["", "this life", "earns", `mean of ${this.lives}`, "earns"]);
      this.title = element("p", { class: "title" });
      this.deal();
      this.open(
        this.title,
        element("div", { class: "sliders" }, [element("label", { for: id }, ["the arm pays, ", element("em", {}, ["μ"])]), this.slider, this.said]),
        element("div", { class: "controls" }, [
          element("span", { class: "group" }, this.homes),
          element("span", { class: "group" }, Object.values(this.buttons)),
        ]),
        element("div", { class: "maps pair" }, [
          titled("One life", "how likely the arm is pulled; strokes: pulls", this.one),
          titled(`${this.lives} lives`, "the same, on average", this.many),
        ]),
        element("p", { class: "legend", "aria-hidden": "true" }, [
          element("span", { class: "key fair line" }, ["network"]),
          element("span", { class: "key optimal line broken" }, ["adaptive optimum"]),
        ]),
        this.readout.whole,
      );
      this.tell();
    }

    /** The luck of all lives: normal numbers, by Box and Muller, and uniform ones. */
    deal() {
      const draw = uniform(this.seed + 7919 * this.number);
      const normal = () => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
      this.luck = Array.from({ length: this.lives }, () => ({
        noise: Float64Array.from({ length: this.steps }, normal),
        chance: Float64Array.from({ length: this.steps }, draw),
      }));
    }

    renew(number = this.number + 1) {
      this.number = number;
      this.deal();
      this.go({});
    }

    /** The arm, the network and the luck that an address asks for. */
    recalled(mu, where, number) {
      if (!isOn(mu, -this.most, this.most) || !isPlace(where, this.worlds.length) || !isPlace(number)) return false;
      Object.assign(this, { mu: Number(mu), where: Number(where) });
      this.renew(Number(number));
      return true;
    }

    /** Another arm or another network; drawn with the next picture that the screen shows. */
    go(change) {
      Object.assign(this, change);
      this.soon();
    }

    /** Lives of both players, one after another, for so many milliseconds; one at least. */
    work(time) {
      const began = performance.now();
      do {
        const luck = this.luck[this.lived];
        for (const [name, player] of Object.entries(this.players[this.where])) {
          const found = this.found[name];
          const life = live(player, this, luck);
          found.first ??= life;
          life.likely.forEach((likely, t) => (found.summed[t] += likely));
          found.pulled += life.pulls;
        }
        this.lived += 1;
      } while (this.lived < this.lives && performance.now() - began < time);
      for (const found of Object.values(this.found)) {
        found.likely = Array.from(found.summed, (likely) => likely / this.lived);
        found.pulls = found.pulled / this.lived;
      }
    }

    /** The lives that are left, a slice at a time; another arm, or another network, begins anew. */
    goOn() {
      window.clearTimeout(this.timer);
      this.root.setAttribute("aria-busy", String(this.lived < this.lives));
      if (this.lived === this.lives) return;
      this.timer = window.setTimeout(() => {
        this.work(SLICE);
        if (this.lived === this.lives) {
          this.paint();
          this.tell();
        }
        this.goOn();
      });
    }

    drawLikely(svg, lines) {
      const { x, y } = axes(svg, { x: [1, this.steps], y: [0, 1], label: "step", up: "chance to pull" });
      for (const { likely, look } of lines) {
        draw(svg, "polyline", { points: points(Array.from(likely, (p, t) => [x(t + 1), y(p)])), class: look });
      }
      return { x, y };
    }

    /** What some lives show at once; all of them when the part is opened. */
    draw() {
      const none = () => ({ first: null, summed: new Float64Array(this.steps), pulled: 0 });
      Object.assign(this, { found: { network: none(), optimum: none() }, lived: 0 });
      this.work(this.opened ? AT_ONCE : Infinity);
      this.opened = true;
      this.paint();
      this.tell(); // all lives may be lived at once
      this.goOn();
    }

    paint() {
      const { found } = this;
      const looks = { network: "network fair", optimum: "edge optimal broken" };
      const { x, y } = this.drawLikely(this.one, Object.entries(looks).map(([who, look]) => ({ likely: found[who].first.likely, look })));
      Object.entries(found).forEach(([who, { first }], place) => {
        const [top, length] = [y(0.34) + 18 * place, 10];
        const strokes = first.pulled.map((pulled, t) => (pulled ? `M${x(t + 1)} ${top}v${length}` : "")).join("");
        draw(this.one, "path", { d: strokes, class: who === "network" ? "edge fair" : "edge optimal" }); // one for all: much quicker
      });
      this.drawLikely(this.many, Object.entries(looks).map(([who, look]) => ({ likely: found[who].likely, look })));
      this.title.textContent = `The arm pays ${two(this.mu)} on average. The network grew up ${this.worlds[this.where].name}.`;
      this.said.textContent = two(this.mu);
      this.slider.value = this.mu;
      this.slider.setAttribute("aria-valuetext", this.said.textContent);
      this.homes.forEach((button, i) => button.setAttribute("aria-pressed", String(i === this.where)));
      const names = { network: ["network", "key fair line"], optimum: ["adaptive optimum", "key optimal line broken"] };
      this.readout.body.replaceChildren(
        ...Object.entries(names).map(([who, [words, look]]) => {
          const { first, pulls } = found[who];
          const cells = [String(first.pulls), two(this.mu * first.pulls), pulls.toFixed(1), two(this.mu * pulls)];
          const numbers = { "data-pulls": pulls, "data-first": first.pulls, "data-lives": this.lived };
          return row([element("span", { class: look }, [words]), ...cells], { "data-who": who, ...numbers });
        }),
      );
    }

    /** In words, for those who cannot see it too. */
    tell() {
      if (this.lived < this.lives) return; // there is more to come
      const { network, optimum } = this.found;
      this.status.textContent =
        `${this.title.textContent} In ${this.lives} lives the network pulls ${network.pulls.toFixed(1)} times on average, ` +
        `the adaptive optimum ${optimum.pulls.toFixed(1)} times.`;
    }
  }
  LifeBench.count = 0; // ids of different parts must differ

  book.lives = book.bring("lives", class extends LifeBench {
    constructor(container, data) {
      LifeBench.count++;
      super(container, data);
    }
  });
  book.living = { live };
})(window.LearningToInfer);
