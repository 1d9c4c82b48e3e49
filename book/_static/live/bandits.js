/* The bandit bench: pull arm A or B; a network and the Bayes-optimal player have the same arms and the same luck. See
   experiments/bandits/widget.py for the data. */
"use strict";

(function (book) {
  const { RecurrentAgent } = book.machines;
  const { softmax } = book.arithmetic;
  const { uniform, drawDie } = book.chance;
  const { element, draw, drawing, row, table, points, mark, spread, isPlace } = book.page;
  const { Runner, Bench } = book.parts;
  const { BernoulliArms, TIE } = book.arms;
  const SURE = 50; // as in lib/optimal/bandit_agent.py
  const ARMS = ["A", "B"];
  const [LEFT, RIGHT] = [86, 14]; // of what is drawn along the steps

  /** The player who earns as much as can be earned in so many pulls.
   *
   * State: successes and failures of A, then of B. Output: logits of the next pull; arms of equal worth have equal chances.
   */
  class BernoulliOptimum extends BernoulliArms {
    inputSize = 4;

    initialState() {
      return [0, 0, 0, 0];
    }

    step(state, input) {
      const counts = state.map((count, i) => count + input[i]);
      const lead = this.lead[this.place(counts)];
      return { state: counts, output: [lead >= -TIE ? SURE : 0, lead <= TIE ? SURE : 0] };
    }
  }

  /** Arms with everything that they will ever pay: `tapes[arm][k]` is what pull number k of an arm pays, to everyone.
   *  `luck[t]` decides between the arms wherever a machine leaves pull t to chance. */
  function drawGame({ a, b }, steps, seed, number) {
    const chance = uniform(seed + 7919 * number);
    const means = ARMS.map(() => drawDie([a, b], chance)[0]); // a draw from Beta(a, b)
    const tapes = means.map((mean) => Array.from({ length: steps }, () => Number(chance() < mean)));
    return { number, means, tapes, luck: Array.from({ length: steps }, chance) };
  }

  /** One who pulls. A machine is told of each pull; the reader sees it. */
  class Player {
    constructor({ name, words, shape, machine }) {
      Object.assign(this, { name, words, shape });
      this.runner = machine && new Runner(machine);
      this.pulls = [];
    }

    /** The probability of each arm before every pull, the coming one included; of the reader nobody knows it. */
    get policies() {
      return this.runner ? this.runner.outputs.map(softmax) : [];
    }

    chosen(luck) {
      return Number(luck >= this.policies.at(-1)[0]);
    }

    pull(arm, { means, tapes }) {
      const before = this.pulls.filter((pull) => pull.arm === arm).length;
      const reward = tapes[arm][before];
      this.pulls.push({ arm, reward, regret: Math.max(...means) - means[arm] });
      if (this.runner) this.runner.take([0, 1].flatMap((each) => (each === arm ? [reward, 1 - reward] : [0, 0])));
    }

    undo() {
      this.pulls.pop();
      if (this.runner) this.runner.undo();
    }

    reset() {
      this.pulls = [];
      if (this.runner) this.runner.reset();
    }

    get earned() {
      return this.pulls.reduce((sum, pull) => sum + pull.reward, 0);
    }

    /** Expected regret, summed up to each moment from before the first pull. */
    get regrets() {
      let sum = 0;
      return [0, ...this.pulls.map((pull) => (sum += pull.regret))];
    }
  }

  /** Along the steps, from before the first pull to after the last. */
  const across = (width, steps) => (t) => LEFT + ((width - LEFT - RIGHT) * t) / steps;

  /** A strip for each player: marks on the lane of the arm pulled, full where it paid; between the lanes, how likely the
   *  player was to pull A. */
  function drawStrips(svg, players, steps) {
    const [strip, gap, top] = [62, 30, 20];
    const height = strip * players.length + 26;
    const width = spread(svg, height);
    const x = across(width, steps);
    players.forEach(({ name, words, shape, pulls, policies }, i) => {
      const y = (p) => top + strip * i + gap * (1 - p);
      draw(svg, "text", { x: 0, y: y(0.5) + 4, class: "who" }, words);
      ARMS.forEach((arm, which) => {
        const lane = y(1 - which);
        draw(svg, "text", { x: LEFT - 12, y: lane + 4, "text-anchor": "end" }, arm);
        draw(svg, "line", { x1: LEFT, x2: width - RIGHT, y1: lane, y2: lane, class: "grid" });
      });
      const likely = policies.slice(0, steps).map((policy, t) => [x(t + 1), y(policy[0])]);
      draw(svg, "polyline", { points: points(likely), class: name === "optimal" ? "bayes" : `network ${name}` });
      const size = Math.min(4.5, (x(1) - x(0)) / 3);
      pulls.forEach(({ arm, reward }, t) => mark(svg, shape, x(t + 1), y(1 - arm), size, reward ? name : `${name} missed`));
      if (likely.length > pulls.length) draw(svg, "circle", { cx: likely.at(-1)[0], cy: likely.at(-1)[1], r: 2.5, class: "here" });
    });
    for (const t of [1, 5, 10, 15, 20].filter((each) => each <= steps)) {
      draw(svg, "text", { x: x(t), y: height - 4, "text-anchor": "middle" }, String(t));
    }
  }

  /** Regret of every player against the pulls; or only the axes, while nobody may know it. */
  function drawRegrets(svg, players, steps, known) {
    const [height, top, bottom] = [180, 12, 36];
    const width = spread(svg, height);
    const x = across(width, steps);
    const most = Math.max(1, ...(known ? players.map((player) => player.regrets.at(-1)) : []));
    const tick = [0.25, 0.5, 1, 2, 5].find((each) => most / each <= 4.5);
    const y = (value) => top + (height - top - bottom) * (1 - value / most);
    for (let value = 0; value <= most + 1e-9; value += tick) {
      draw(svg, "line", { x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value), class: "grid" });
      if (known) draw(svg, "text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, String(value));
    }
    for (const t of [0, 5, 10, 15, 20].filter((each) => each <= steps)) {
      draw(svg, "text", { x: x(t), y: height - 20, "text-anchor": "middle" }, String(t));
    }
    draw(svg, "text", { x: (LEFT + width - RIGHT) / 2, y: height - 3, "text-anchor": "middle" }, "pulls");
    if (!known) return;
    const size = Math.min(3, (x(1) - x(0)) / 4);
    for (const { name, shape, regrets } of players) {
      const path = regrets.map((regret, t) => [x(t), y(regret)]);
      draw(svg, "polyline", { points: points(path), class: name === "optimal" ? "bayes" : `network ${name}`, "data-player": name });
      if (name !== "optimal") path.forEach(([cx, cy]) => mark(svg, shape, cx, cy, size, name));
    }
  }

  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  let parts = 0; // radio buttons of different parts must not belong together

  class BanditBench extends Bench {
    constructor(container, data) {
      super(container, {
        label:
          "Bandit bench. Press A or B to pull an arm, S to show what the arms pay, N for a new game, U to undo, R to " +
          "play the same game again.",
        symbols: ARMS,
        names: ARMS.map((arm) => `Arm ${arm}`),
        noun: "pull",
        most: data.steps,
        played: data.played,
      });
      this.seed = data.seed;
      this.seats = data.seats.map(({ title, a, b, weights }) => {
        const players = [
          { name: "own", words: "you", shape: "triangle" },
          { name: "trained", words: "network", shape: "circle", machine: new RecurrentAgent(weights) },
          { name: "optimal", words: "optimum", shape: "square", machine: new BernoulliOptimum(a, b, data.steps) },
        ];
        return { title, a, b, game: 1, finished: [], players: players.map((each) => new Player(each)) };
      });
      this.seat = this.seats[0];
      this.begin(1);
      this.straight = !data.played; // or the reader did not begin it
      this.buttons.reset.textContent = "Same game again (R)";
      this.buttons.see = this.button("Show the arms (S)", ["S"], () => this.see(!this.seen));
      this.buttons.renew = this.button("New game (N)", ["N"], () => this.renew());
      this.buttons.link = this.linked(
        "pulls",
        () => [this.seats.indexOf(this.seat), this.seat.game, this.told.join("")],
        (...texts) => this.recalled(...texts),
      );
      this.strips = drawing("Which arm each player pulled, and how likely it was to pull A", 680, 212);
      this.chart = drawing("Summed expected regret of each player after each pull", 680, 180);
      this.arms = element("small", {});
      this.readout = table("", ["", "earned", "A next", "B next", "regret"]);
      this.tally = element("p", { class: "tally" });
      const { A, B, undo, reset, see, renew, link } = this.buttons;
      const group = (label, ...buttons) => element("span", { class: "group", role: "group", "aria-label": label }, [label, ...buttons]);
      this.start(
        ...(this.seats.length > 1 ? [this.choice()] : []),
        element("div", { class: "controls" }, [
          group("Pull", A, B),
          element("span", { class: "group" }, [undo, reset]),
          element("span", { class: "group" }, [see, renew, link]),
        ]),
        element("p", { class: "legend", "aria-hidden": "true" }, [
          element("span", { class: "key here" }, ["it paid"]),
          element("span", { class: "key hollow" }, ["it did not"]),
          element("span", { class: "key solid" }, ["network's chance of A"]),
          element("span", { class: "key dashed" }, ["optimum's"]),
        ]),
        this.strips,
        element("figure", { class: "chart" }, [element("figcaption", {}, ["Regret, summed ", this.arms]), this.chart]),
        this.readout.whole,
        this.tally,
        element("p", { class: "try" }, [
          element("strong", {}, ["Try this. "]),
          "Before each pull, say which arm the optimum takes next. Where it takes the arm that has paid less often so far, what may it find out?",
        ]),
      );
    }

    /** Radio buttons for the worlds. */
    choice() {
      const name = `bandit-${parts++}`;
      const choices = this.seats.map((seat, i) => {
        const radio = element("input", { type: "radio", name, value: i, ...(i ? {} : { checked: "" }) });
        radio.addEventListener("change", () => this.sit(seat));
        seat.radio = radio;
        return element("label", {}, [radio, seat.title]);
      });
      return element("fieldset", { class: "directions" }, [element("legend", {}, ["Arms from"]), ...choices]);
    }

    /** Deal a game of this world, by its number; nobody has pulled yet. */
    begin(number) {
      this.seat.game = number;
      this.game = drawGame(this.seat, this.most, this.seed, number);
      this.seen = false;
      this.rewind();
      this.straight = true; // nobody looked at the arms or took a pull back
    }

    renew() {
      this.begin(this.seat.game + 1);
      this.show();
    }

    sit(seat) {
      this.seat = seat;
      this.begin(seat.game);
      this.show();
    }

    /** A world, a game and the pulls in it that an address asks for. */
    recalled(seat, game, pulls = "") {
      const known = [...pulls].every((pull) => ARMS.includes(pull)) && pulls.length <= this.most;
      if (!known || !isPlace(seat, this.seats.length) || !isPlace(game) || game === "0") return false;
      this.seat = this.seats[Number(seat)];
      if (this.seat.radio) this.seat.radio.checked = true;
      this.begin(Number(game));
      this.straight = false; // somebody saw this game before
      for (const pull of pulls) this.step(pull);
      this.show();
      return true;
    }

    see(seen) {
      this.seen = seen;
      this.straight = false;
      this.show();
    }

    step(symbol) {
      const luck = this.game.luck[this.told.length];
      const arms = this.seat.players.map((player) => (player.runner ? player.chosen(luck) : ARMS.indexOf(symbol)));
      this.told.push(symbol);
      this.seat.players.forEach((player, i) => player.pull(arms[i], this.game));
      if (!this.full || !this.straight) return;
      this.seat.finished.push(this.seat.players.map((player) => player.regrets.at(-1)));
      this.straight = false;
    }

    undo() {
      if (!this.told.length) return;
      this.told.pop();
      for (const player of this.seat.players) player.undo();
      this.straight = false;
      this.show();
    }

    rewind() {
      this.told = [];
      this.straight = false;
      for (const player of this.seat.players) player.reset();
    }

    /** Whether the reader may know what the arms pay. */
    get known() {
      return this.seen || this.full;
    }

    draw() {
      const { players, finished } = this.seat;
      drawStrips(this.strips, players, this.most);
      drawRegrets(this.chart, players, this.most, this.known);
      const [A, B] = this.game.means.map((p) => p.toFixed(2));
      this.arms.textContent = this.known
        ? `Game ${this.game.number}: A pays with probability ${A}, B with ${B}.`
        : `Game ${this.game.number}: hidden until the last pull, since it gives the arms away. Or press S.`;
      this.readout.body.replaceChildren(
        ...players.map(({ name, words, shape, earned, policies, regrets }) => {
          const next = this.full || !policies.length ? ["–", "–"] : policies.at(-1).map((p) => p.toFixed(3));
          const [regret] = regrets.slice(-1);
          const key = element("span", { class: `key ${name} ${shape}` }, [words]);
          const data = { "data-player": name, "data-earned": earned, "data-regret": regret };
          if (policies.length && !this.full) data["data-a"] = policies.at(-1)[0];
          return row([key, String(earned), ...next, this.known ? regret.toFixed(2) : "hidden"], data);
        }),
      );
      const sums = players.map(({ words }, i) => `${words} ${mean(finished.map((regrets) => regrets[i])).toFixed(2)}`);
      const games = `${finished.length} game${finished.length === 1 ? "" : "s"}`;
      this.tally.textContent = finished.length
        ? `Mean regret in ${games} played to the end at first sight: ${sums.join(", ")}.`
        : "";
    }

    show() {
      super.show(false);
      this.remember();
      this.disable({ see: this.full });
      this.buttons.see.setAttribute("aria-pressed", String(this.known));
    }

    says() {
      const { players } = this.seat;
      const last = players[0].pulls.at(-1);
      const paid = last ? `arm ${ARMS[last.arm]} paid ${last.reward}; ` : "";
      const earned = `earned: ${players.map((player) => `${player.words} ${player.earned}`).join(", ")}`;
      if (!this.known) return paid + earned;
      const arms = this.game.means.map((p, i) => `${ARMS[i]} ${p.toFixed(2)}`).join(", ");
      const regrets = players.map((player) => `${player.words} ${player.regrets.at(-1).toFixed(2)}`).join(", ");
      return `${paid}${earned}. The arms pay: ${arms}. Regret: ${regrets}`;
    }
  }

  book.bandits = book.bring("bandits", BanditBench);
  book.optimal = { BernoulliOptimum, drawGame };
})(window.LearningToInfer);
