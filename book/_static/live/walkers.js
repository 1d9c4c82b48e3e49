/* Walkers in a grid: place the goals, choose two networks by the length of life that they were trained for, and watch both
   live with the same luck, each beside the best walker for such a life. See experiments/gridworld/widget.py for the data, lib/tasks/gridworld.py and lib/agents/lstm.py for the
   same arithmetic in Python. */
"use strict";

(function (book) {
  const { softmax } = book.arithmetic;
  const { LeanAgent } = book.machines;
  const { uniform } = book.chance;
  const { element, draw, drawing, titled, row, table, points, mark, spread, isPlace } = book.page;
  const { Part } = book.parts;
  const MOVES = [[0, 1], [1, 0], [0, -1], [-1, 0]]; // up, right, down, left
  const GOALS = [
    { name: "safe", look: "side3", shape: "square" },
    { name: "medium", look: "bent", shape: "triangle" },
    { name: "high", look: "fair", shape: "circle" },
  ];
  const MOST = Math.log(MOVES.length); // entropy of a choice at random, in nats

  const entropyOf = (policy) => -policy.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0);

  /** The first move whose summed probability exceeds the chance. */
  function pick(policy, chance) {
    let below = 0;
    const found = policy.slice(0, -1).findIndex((p) => chance < (below += p));
    return found < 0 ? policy.length - 1 : found;
  }

  /** Where a move leads, and which goal is there. */
  function entering(cell, action, side, goals) {
    const [right, up] = MOVES[action];
    const inside = (value) => Math.min(Math.max(value, 0), side - 1);
    const entered = inside((cell % side) + right) + side * inside(Math.floor(cell / side) + up);
    return { entered, goal: goals.indexOf(entered) };
  }

  /** A life of which the moves are given. */
  function walk(moves, { side, goals, rewards }) {
    let cell = 0;
    return Array.from(moves, (move) => {
      const step = { cell, ...entering(cell, Number(move), side, goals) };
      cell = step.goal < 0 ? step.entered : 0;
      return { ...step, reward: step.goal < 0 ? 0 : rewards[step.goal] };
    });
  }

  /** A whole life: every step with where it began, what was likely, and what came of it. */
  function live(machine, { side, goals, rewards, steps, luck }) {
    const life = [];
    let [state, cell, action, reward] = [machine.initialState(), 0, -1, 0];
    for (let t = 0; t < steps; t++) {
      const input = new Float64Array(machine.inputSize);
      input[cell] = 1;
      if (action >= 0) input[side * side + action] = 1;
      input[side * side + MOVES.length] = reward;
      input[side * side + MOVES.length + 1] = (2 * t) / Math.max(steps - 1, 1) - 1;
      const made = machine.step(state, input);
      const policy = softmax(made.output);
      action = pick(policy, luck[t]);
      const { entered, goal } = entering(cell, action, side, goals);
      reward = goal < 0 ? 0 : rewards[goal];
      life.push({ cell, action, entered, goal, reward, policy, entropy: entropyOf(policy), hidden: made.state.slice(0, machine.width) });
      state = made.state;
      cell = goal < 0 ? entered : 0;
    }
    return life;
  }

  const sum = (values) => values.reduce((total, value) => total + value, 0);

  class WalkerBench extends Part {
    constructor(container, data) {
      super(
        container,
        "Walkers in a grid. Space plays and stops; left and right arrow go a step back and forth, R to the start, E to the " +
          "end; M and H move the medium and the high goal, N draws new luck.",
      );
      Object.assign(this, data, { time: 0, number: 1, timer: null, equal: false });
      this.still = window.matchMedia("(prefers-reduced-motion: reduce)"); // for those who want no motion, play is one step
      this.still.addEventListener("change", () => this.stop());
      this.machines = this.grown.map(({ weights }) => new LeanAgent(weights));
      const own = [0, this.grown.length - 1];
      this.buttons = {
        play: this.button("Play (Space)", [" "], () => (this.timer ? this.stop() : this.play())),
        back: this.button("Back (←)", ["ArrowLeft"], () => this.go(this.time - 1)),
        forth: this.button("Step (→)", ["ArrowRight"], () => this.go(this.time + 1)),
        reset: this.button("Start (R)", ["R"], () => this.go(0)),
        end: this.button("End (E)", ["E"], () => this.go(this.last)),
        medium: this.button("Move medium goal (M)", ["M"], () => this.move("medium", this.mediums)),
        high: this.button("Move high goal (H)", ["H"], () => this.move("high", this.highs)),
        luck: this.button("New luck (N)", ["N"], () => this.renew()),
        link: this.linked("walk", () => this.told(), (...texts) => this.recalled(...texts)),
      };
      this.sides = own.map((which, i) => this.half(which, i));
      const long = (this.long = element("input", { type: "checkbox" }));
      long.addEventListener("change", () => {
        this.equal = long.checked;
        this.begin();
      });
      this.readout = table("Visits of each goal, and what they paid", ["", "step", "safe", "mid", "high", "paid"]);
      const { play, back, forth, reset, end, medium, high, luck, link } = this.buttons;
      const group = (...made) => element("span", { class: "group" }, made);
      this.live();
      this.open(
        element("div", { class: "controls" }, [group(play, back, forth, reset, end), group(medium, high, luck), group(link)]),
        element("p", { class: "legend" }, [
          ...GOALS.map(({ name, look, shape }) => element("span", { class: `key ${look} ${shape}` }, [`${name} goal`])),
          element("span", { class: "key here" }, ["walker"]),
          element("span", { class: "key ringed" }, ["best walker for such a life"]),
          element("label", {}, [long, ` both live ${this.longest} steps`]),
        ]),
        element("div", { class: "maps pair" }, this.sides.map((side) => side.whole)),
        this.readout.whole,
      );
      this.show();
    }

    /** One of the two: a choice of network, its grid, its entropy and its hidden units. */
    half(which, i) {
      const name = i ? "right" : "left";
      const choice = element(
        "select",
        { "aria-label": `Network on the ${name}: trained for lives of` },
        this.grown.map(({ lifetime }, value) => element("option", { value, ...(value === which && { selected: "" }) }, [`${lifetime} steps`])),
      );
      choice.addEventListener("keydown", (event) => event.stopPropagation()); // its own keys are its own
      const side = { which, choice, life: [] };
      choice.addEventListener("change", () => {
        side.which = Number(choice.value);
        this.begin();
      });
      side.grid = drawing(`Grid of the ${name} network: goals, ways and walker`, 300, 300);
      side.chart = drawing(`Entropy of each choice of the ${name} network, in nats`, 300, 110);
      side.units = drawing(`Hidden units of the ${name} network at this step`, 300, 60);
      side.grid.addEventListener("click", (event) => this.clicked(side, event));
      side.whole = element("div", { style: "min-width: 0" }, [
        element("label", {}, ["Trained for lives of ", choice]),
        titled("The grid", "dots: where goals may be; a trail: the last 20 steps; whiskers: how likely each move is", side.grid),
        titled("Entropy of the choice", "nats; marks where a goal was entered", side.chart),
        titled("Hidden units", "blue above 0, orange below", side.units),
      ]);
      return side;
    }

    get last() {
      return Math.max(...this.sides.map(({ life }) => life.length));
    }

    /** Let both live from beginning to end, with the same luck. */
    live() {
      const goals = [this.safe, this.mediums[this.medium], this.highs[this.high]];
      const chance = uniform(this.seed + 7919 * this.number);
      const luck = Array.from({ length: this.longest }, chance);
      for (const side of this.sides) {
        const steps = this.equal ? this.longest : this.grown[side.which].lifetime;
        const world = { side: this.side, goals, rewards: this.rewards };
        side.life = live(this.machines[side.which], { ...world, steps, luck });
        side.best = walk(this.best[steps][this.medium * this.highs.length + this.high], world);
      }
    }

    begin() {
      this.live();
      this.go(0);
    }

    /** What is shown: both networks, the places of the goals, the luck, whether both live as long, and the step. */
    told() {
      return [...this.sides.map(({ which }) => which), this.medium, this.high, this.number, Number(this.equal), this.time];
    }

    recalled(...texts) {
      const { grown, mediums, highs, longest } = this;
      const many = [grown.length, grown.length, mediums.length, highs.length, undefined, 2, longest + 1];
      if (texts.length !== many.length || !many.every((length, i) => isPlace(texts[i], length))) return false;
      const [left, right, medium, high, number, equal, time] = texts.map(Number);
      this.sides.forEach((side, i) => {
        side.which = [left, right][i];
        side.choice.value = side.which;
      });
      Object.assign(this, { medium, high, number, equal: Boolean(equal) });
      this.long.checked = this.equal;
      this.live();
      this.stop();
      this.go(time);
      return true;
    }

    move(name, cells) {
      this[name] = (this[name] + 1) % cells.length;
      this.begin();
    }

    renew() {
      this.number += 1;
      this.begin();
    }

    /** A click on a cell puts the goal there that may be there. */
    clicked(side, event) {
      const { left, top, width } = side.grid.getBoundingClientRect();
      const unit = width / this.side;
      const cell = Math.floor((event.clientX - left) / unit) + this.side * (this.side - 1 - Math.floor((event.clientY - top) / unit));
      for (const [name, cells] of [["medium", this.mediums], ["high", this.highs]]) {
        if (!cells.includes(cell)) continue;
        this[name] = cells.indexOf(cell);
        this.begin();
      }
    }

    go(time) {
      this.time = Math.min(Math.max(time, 0), this.last);
      if (this.time === this.last) this.stop();
      this.show();
    }

    play() {
      if (this.time === this.last) this.time = 0;
      if (this.still.matches) return this.go(this.time + 1);
      this.timer = window.setInterval(() => this.go(this.time + 1), 150);
      this.show();
    }

    stop() {
      if (this.timer) window.clearInterval(this.timer);
      this.timer = null;
      if (this.sides[0].life.length) this.show();
    }

    draw() {
      for (const side of this.sides) {
        this.drawGrid(side);
        this.drawChart(side);
        this.drawUnits(side);
      }
    }

    drawGrid({ grid, life, best }) {
      const size = Math.min(Math.round(grid.getBoundingClientRect().width) || 300, 420);
      grid.setAttribute("viewBox", `0 0 ${size} ${size}`);
      grid.replaceChildren();
      const unit = size / this.side;
      const at = (cell) => [((cell % this.side) + 0.5) * unit, (this.side - 0.5 - Math.floor(cell / this.side)) * unit];
      for (let line = 0; line <= this.side; line++) {
        draw(grid, "line", { x1: line * unit, x2: line * unit, y1: 0, y2: size, class: "grid" });
        draw(grid, "line", { x1: 0, x2: size, y1: line * unit, y2: line * unit, class: "grid" });
      }
      for (const [cells, look] of [[this.mediums, "bent"], [this.highs, "fair"]]) {
        for (const cell of cells) {
          const [x, y] = at(cell);
          mark(grid, "circle", x, y, 2, look);
        }
      }
      best.slice(Math.max(0, this.time - 20), this.time).forEach(({ cell, entered }) => {
        draw(grid, "polyline", { points: points([at(cell), at(entered)]), class: "walk thin mapped" });
      });
      const lived = life.slice(Math.max(0, this.time - 20), this.time);
      lived.forEach(({ cell, entered }, i) => {
        const opacity = (i + 1) / lived.length;
        draw(grid, "polyline", { points: points([at(cell), at(entered)]), class: "walk", "stroke-opacity": opacity.toFixed(2) });
      });
      [this.safe, this.mediums[this.medium], this.highs[this.high]].forEach((cell, i) => {
        const [x, y] = at(cell);
        mark(grid, GOALS[i].shape, x, y, unit / 4, GOALS[i].look);
      });
      const now = life[Math.min(this.time, life.length - 1)];
      const before = life[this.time - 1];
      const [x, y] = at(this.time < life.length ? now.cell : life.at(-1).entered);
      if (this.time < life.length) {
        now.policy.forEach((p, move) => {
          const [right, up] = MOVES[move];
          draw(grid, "line", { x1: x, y1: y, x2: x + 0.48 * unit * p * right, y2: y - 0.48 * unit * p * up, class: "move" });
        });
      }
      if (before && before.goal >= 0) {
        const [gx, gy] = at(before.entered);
        draw(grid, "circle", { cx: gx, cy: gy, r: unit / 2.6, class: "ring" });
      }
      const [bx, by] = at(this.time < best.length ? best[this.time].cell : best.at(-1).entered);
      draw(grid, "circle", { cx: bx, cy: by, r: unit / 6, class: "ring" });
      draw(grid, "circle", { cx: x, cy: y, r: unit / 9, class: "here" });
    }

    drawChart({ chart, life }) {
      const [height, left, right, top, bottom] = [120, 34, 8, 8, 26];
      const width = spread(chart, height);
      const x = (t) => left + ((width - left - right) * t) / Math.max(life.length, 1);
      const y = (value) => top + (height - top - bottom) * (1 - value / MOST);
      for (const value of [0, 0.5, 1]) {
        draw(chart, "line", { x1: left, x2: width - right, y1: y(value), y2: y(value), class: "grid" });
        draw(chart, "text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, String(value));
      }
      for (const t of [1, Math.round(life.length / 2), life.length]) {
        draw(chart, "text", { x: x(t - 0.5), y: height - 12, "text-anchor": "middle" }, String(t));
      }
      const lived = life.slice(0, Math.min(this.time + 1, life.length));
      draw(chart, "polyline", { points: points(lived.map(({ entropy }, t) => [x(t + 0.5), y(entropy)])), class: "network fair" });
      life.slice(0, this.time).forEach(({ goal }, t) => {
        if (goal >= 0) mark(chart, GOALS[goal].shape, x(t + 0.5), y(0), 3.5, GOALS[goal].look);
      });
    }

    drawUnits({ units, life }) {
      const { hidden } = life[Math.min(this.time, life.length - 1)];
      const rows = 4;
      const columns = Math.ceil(hidden.length / rows);
      const [height, gap] = [64, 1];
      const width = spread(units, height);
      hidden.forEach((value, i) => {
        draw(units, "rect", {
          x: ((i % columns) * width) / columns + gap,
          y: (Math.floor(i / columns) * height) / rows + gap,
          width: width / columns - 2 * gap,
          height: height / rows - 2 * gap,
          class: `bar ${value < 0 ? "bent" : "fair"}`,
          "fill-opacity": Math.abs(value).toFixed(3),
        });
      });
    }

    /** What a life came to up to now. */
    sofar(life) {
      const lived = life.slice(0, this.time);
      const visits = GOALS.map((_, goal) => lived.filter((step) => step.goal === goal).length);
      return { step: lived.length, of: life.length, earned: sum(lived.map((step) => step.reward)), visits };
    }

    show() {
      this.draw();
      const found = this.sides.map(({ which, life, best }) => {
        return { trained: this.grown[which].lifetime, ...this.sofar(life), best: this.sofar(best) };
      });
      const line = (name, { step, of, earned, visits }, of_whom) =>
        row([name, `${step}/${of}`, ...visits.map(String), earned.toFixed(2)], { ...of_whom, "data-earned": earned });
      this.readout.body.replaceChildren(
        ...found.flatMap((side, i) => [
          line(`${side.trained} steps`, side, { "data-side": i }),
          line(`best in ${side.of}`, side.best, { "data-best": i }),
        ]),
      );
      this.buttons.play.textContent = this.timer ? "Stop (Space)" : "Play (Space)";
      this.disable({ back: !this.time, reset: !this.time, forth: this.time === this.last, end: this.time === this.last });
      if (this.timer) return; // nobody can listen as fast as that
      this.remember();
      this.status.textContent = `After ${this.time} steps: ${found
        .map(({ trained, earned, visits }) => `trained for ${trained}, earned ${earned.toFixed(2)}, visits ${visits.join(", ")}`)
        .join("; ")}. The best walkers earned ${found.map(({ best }) => best.earned.toFixed(2)).join(" and ")}.`;
    }
  }

  book.walkers = book.bring("walkers", WalkerBench);
  book.walking = { walk };
})(window.LearningToInfer);
