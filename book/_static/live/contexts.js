/* The context bench: play a contextual bandit; after every step a network and a Bayesian say what they would do in each
   context. See experiments/contexts/widget.py for the data; lib/agents/lstm.py and lib/optimal/contextual.py for the arithmetic. */
"use strict";

(function (book) {
  const { LeanAgent } = book.machines;
  const { softmax } = book.arithmetic;
  const { uniform } = book.chance;
  const { element, draw, drawing, row, table, spread, isPlace } = book.page;
  const { Part } = book.parts;
  const NAMES = "ABCDEFGHI";
  const HEIGHT = 240;

  /** The posterior of each context: log-odds of each action, from its rewards and misses there. State: log-odds, then the
   *  context of the step before; it hears of a step one step late, as the network does. */
  class Bayesian {
    constructor({ contexts, actions, evidence }) {
      Object.assign(this, { contexts, actions, evidence });
    }

    initialState() {
      return { odds: Array.from({ length: this.contexts }, () => new Array(this.actions).fill(0)), before: -1 };
    }

    step({ odds, before }, input) {
      const { contexts, actions, evidence } = this;
      const next = odds.map((each) => each.slice());
      const action = input.slice(contexts, contexts + actions).indexOf(1);
      if (before >= 0 && action >= 0) next[before][action] += evidence[input.at(-1) > 0 ? 0 : 1];
      const asked = input.slice(0, contexts).indexOf(1);
      return { state: { odds: next, before: asked }, output: next[asked] };
    }
  }

  /** A machine with its past, and what it would do in each context now. */
  class Asked {
    constructor(name, words, machine, bench) {
      Object.assign(this, { name, words, machine, bench });
      this.begin();
    }

    begin() {
      this.states = [this.machine.initialState()];
    }

    /** Take a step in a context, told what came of the one before. */
    take(input) {
      this.states.push(this.machine.step(this.states.at(-1), input).state);
    }

    undo() {
      this.states.pop();
    }

    /** The chances of each action in each context; the state is forked and left as it is. */
    wouldDo(inputOf) {
      return Array.from({ length: this.bench.contexts }, (_, c) => softmax(this.machine.step(this.states.at(-1), inputOf(c)).output));
    }
  }

  const apart = (p, q) => p.reduce((sum, each, i) => sum + Math.abs(each - q[i]), 0) / 2;

  class ContextBench extends Part {
    constructor(container, data) {
      super(
        container,
        "Context bench. Press a number to take that action in the context shown, Space to let the network choose, S to show " +
          "the right actions, N for a new episode, U to undo, R for the same episode again.",
      );
      Object.assign(this, data);
      this.names = NAMES.slice(0, this.contexts).split("");
      this.players = [
        new Asked("network", "network", new LeanAgent(data.weights), this),
        new Asked("bayes", "Bayes", new Bayesian(data), this),
      ];
      this.acts = Array.from({ length: this.actions }, (_, a) => this.button(`Action ${a + 1}`, [String(a + 1)], () => this.take(a)));
      this.buttons = {
        let: this.button("Let the network choose (Space)", [" "], () => this.chosen()),
        undo: this.button("Undo (U)", ["U", "Backspace"], () => this.undo()),
        again: this.button("Same episode again (R)", ["R"], () => this.again()),
        see: this.button("Show the right actions (S)", ["S"], () => this.see(!this.seen)),
        renew: this.button("New episode (N)", ["N"], () => this.renew()),
        link: this.linked("contexts", () => [this.number, this.past.map(({ action }) => action + 1).join("")], (...texts) => this.recalled(...texts)),
      };
      this.acts.forEach((button, a) => (this.buttons[`act${a}`] = button));
      this.title = element("p", { class: "title" });
      this.maps = this.players.map(({ words }) => drawing(`How likely ${words} would take each action in each context`, 320, HEIGHT));
      this.readout = table("Most likely action in each context, and by how much the last step moved what would be done there", [
        "",
        ...this.players.flatMap(({ words }) => [words, "moved"]),
      ]);
      const group = (...buttons) => element("span", { class: "group" }, buttons);
      const { undo, again, see, renew, link } = this.buttons;
      const titles = ["The network", "Bayes: belief of what is right"];
      this.number = 0;
      this.hide();
      this.open(
        this.title,
        element("div", { class: "controls" }, [group(...this.acts, this.buttons.let), group(undo, again), group(see, renew), group(link)]),
        element(
          "div",
          { class: "maps pair" },
          this.maps.map((svg, i) =>
            element("figure", {}, [element("figcaption", {}, [titles[i], element("small", {}, ["rows: contexts; columns: actions"])]), svg]),
          ),
        ),
        this.readout.whole,
      );
      this.show();
    }

    /** Right actions, contexts and luck of an episode; nothing played yet. */
    hide() {
      const chance = uniform(this.seed + 7919 * this.number);
      const one = (n) => Math.floor(chance() * n);
      this.right = this.names.map(() => one(this.actions));
      this.asked = Array.from({ length: this.steps }, () => one(this.contexts));
      this.luck = this.asked.map(chance);
      this.coins = this.asked.map(chance); // decide for the network, where it hesitates
      this.seen = false;
      this.empty();
    }

    empty() {
      this.past = [];
      this.policies = [];
      for (const player of this.players) player.begin();
      this.look();
    }

    /** What a machine is told at the coming step, if it were asked this context. */
    input(context) {
      const told = new Array(this.contexts + this.actions + 1).fill(0);
      told[context] = 1;
      const last = this.past.at(-1);
      if (last) {
        told[this.contexts + last.action] = 1;
        told[told.length - 1] = last.reward ? 1 : -1;
      }
      return told;
    }

    look() {
      this.policies.push(this.players.map((player) => player.wouldDo((c) => this.input(c))));
    }

    get full() {
      return this.past.length >= this.steps;
    }

    take(action) {
      if (this.full) return;
      this.act(action);
      this.show();
    }

    /** One action, without drawing. */
    act(action) {
      const t = this.past.length;
      const context = this.asked[t];
      for (const player of this.players) player.take(this.input(context));
      const reward = Number(this.luck[t] < this.chances[Number(this.right[context] === action)]);
      this.past.push({ context, action, reward });
      this.look();
    }

    /** An episode and the actions in it that an address asks for. */
    recalled(number, actions = "") {
      const known = [...actions].every((action) => action !== "0" && isPlace(action, this.actions + 1));
      if (!known || !isPlace(number) || actions.length > this.steps) return false;
      this.number = Number(number);
      this.hide();
      for (const action of actions) this.act(Number(action) - 1);
      this.show();
      return true;
    }

    chosen() {
      if (this.full) return;
      const t = this.past.length;
      let left = this.coins[t];
      const policy = this.policies.at(-1)[0][this.asked[t]];
      const picked = policy.findIndex((p) => (left -= p) < 0);
      this.take(picked < 0 ? this.actions - 1 : picked);
    }

    undo() {
      if (!this.past.length) return;
      this.past.pop();
      this.policies.pop();
      for (const player of this.players) player.undo();
      this.show();
    }

    again() {
      this.empty();
      this.show();
    }

    renew() {
      this.number += 1;
      this.hide();
      this.show();
    }

    see(seen) {
      this.seen = seen;
      this.show();
    }

    draw() {
      const now = this.full ? -1 : this.asked[this.past.length];
      this.maps.forEach((svg, i) => this.drawMap(svg, this.policies.at(-1)[i], now));
      const before = this.policies.at(-2) || this.policies.at(-1);
      this.readout.body.replaceChildren(
        ...this.names.map((name, c) => {
          const data = { "data-context": name };
          const cells = this.players.flatMap((player, i) => {
            const policy = this.policies.at(-1)[i][c];
            const moved = apart(policy, before[i][c]);
            data[`data-${player.name}`] = policy.join(" ");
            data[`data-${player.name}-moved`] = moved;
            const most = policy.indexOf(Math.max(...policy));
            return [`${most + 1} (${policy[most].toFixed(2)})`, moved.toFixed(2)];
          });
          return row([name, ...cells], data);
        }),
      );
    }

    /** A square in each place, as large as its probability; the row of this step's context is framed. */
    drawMap(svg, policies, now) {
      const width = spread(svg, HEIGHT);
      const [left, top] = [22, 18];
      const cell = Math.min((width - left) / this.actions, (HEIGHT - top) / this.contexts);
      policies.forEach((policy, c) => {
        const y = top + cell * (c + 0.5);
        draw(svg, "text", { x: 0, y: y + 4 }, this.names[c]);
        if (c === now) {
          const frame = { x: left + 1, y: top + cell * c + 1, width: cell * this.actions - 2, height: cell - 2, class: "lattice" };
          draw(svg, "rect", { ...frame, "data-now": this.names[c] });
        }
        policy.forEach((p, a) => {
          const x = left + cell * (a + 0.5);
          const half = 0.42 * cell * Math.sqrt(p);
          draw(svg, "circle", { cx: x, cy: y, r: 1, class: "here" });
          draw(svg, "rect", { x: x - half, y: y - half, width: 2 * half, height: 2 * half, class: "mark fair" });
          if ((this.seen || this.full) && this.right[c] === a) draw(svg, "circle", { cx: x, cy: y, r: 0.46 * cell, class: "ring" });
          if (c === 0) draw(svg, "text", { x, y: 11, "text-anchor": "middle" }, String(a + 1));
        });
      });
    }

    show() {
      this.draw();
      const empty = !this.past.length;
      const acts = Object.fromEntries(this.acts.map((_, a) => [`act${a}`, this.full]));
      this.disable({ ...acts, let: this.full, undo: empty, again: empty, see: this.full });
      this.buttons.see.setAttribute("aria-pressed", String(this.seen));
      const t = this.past.length;
      const earned = this.past.reduce((sum, each) => sum + each.reward, 0);
      this.title.textContent = this.full
        ? `The episode is over. It paid ${earned}.`
        : `Step ${t + 1} of ${this.steps}. The context is ${this.names[this.asked[t]]}. Earned so far: ${earned}.`;
      const last = this.past.at(-1);
      const came = last ? `In context ${this.names[last.context]}, action ${last.action + 1} ${last.reward ? "paid" : "did not pay"}. ` : "";
      this.status.textContent = came + this.title.textContent;
      this.remember();
    }
  }

  book.contexts = book.bring("contexts", ContextBench);
})(window.LearningToInfer);
