/* Does one machine simulate another? One throw at a time: map a state, feed both machines the same, compare. See
   experiments/prediction/widget_simulation.py for the data. */
"use strict";

(function (book) {
  const { RecurrentAgent, DirichletCategorical, Embedding } = book.machines;
  const { softmax, divergence } = book.arithmetic;
  const { element, draw, drawing, titled, row, table, points, mark, mixed, spread } = book.page;
  const { Runner, StateMap, Bench, SIDES } = book.parts;
  const [SIDE, CLOSEST] = [320, 2.5]; // of a map; how much it is enlarged at most
  const [TAKE, MAP, FEED, COMPARE] = [1, 2, 3, 4];

  const small = (value) => (value < 0.00005 ? "less than 0.0001" : value.toFixed(4));
  const vector = (values) => `(${Array.from(values, (v) => (Math.abs(v) < 0.005 ? 0 : v).toFixed(2).replace("-", "−")).join(", ")})`;

  /** A map of one machine's states, coloured by what it says in them, on which a round is drawn. */
  class RoundMap extends StateMap {
    constructor(svg, { turn, cloud }) {
      const colors = SIDES.map((side) => side.color);
      const coloured = cloud.map(([x, y, one, two]) => [x, y, mixed([one, two, 1 - one - two], colors)]);
      super(svg, coloured, { side: SIDE, margin: 24, alike: true });
      this.turn = turn;
      this.round = draw(this.all, "g");
      for (const [i, [x, y]] of [[SIDE / 2, 12], [SIDE - 22, SIDE - 10], [12, SIDE - 10]].entries()) {
        mark(svg, SIDES[i].shape, x, y, 4, SIDES[i].name);
        draw(svg, "text", { x: x + 8, y: y + 4 }, SIDES[i].symbol);
      }
    }

    /** Where whitened coordinates lie on the map. */
    place(coordinates) {
      return this.at(this.turn.map(([a, b]) => a * coordinates[0] + b * coordinates[1]));
    }

    /** Begin a round with all the places that will be in it: move the map close enough to see one throw. */
    begin(all) {
      const ends = [0, 1].map((i) => [Math.min(...all.map((p) => p[i])), Math.max(...all.map((p) => p[i]))]);
      const half = Math.max(...ends.map(([low, high]) => (high - low) / 2));
      const zoom = Math.min(CLOSEST, (SIDE / 2 - 36) / half);
      this.move(ends.map(([low, high]) => (low + high) / 2), zoom);
      this.scale = 1 / zoom;
      this.round.replaceChildren();
    }

    walk(path, embedded) {
      draw(this.round, "polyline", { points: points(path), class: embedded ? "walk thin mapped" : "walk thin" });
    }

    /** A state that the machine was in is a disc; one that was mapped into its space is a dashed ring. */
    state(number, [x, y], embedded, [dx, dy]) {
      const look = embedded ? { r: 9 * this.scale, class: "ring" } : { r: 5 * this.scale, class: "disc" };
      draw(this.round, "circle", { cx: x, cy: y, ...look });
      const [lx, ly] = [x + dx * this.scale, y + (dy + 5) * this.scale];
      draw(this.round, "text", { x: lx, y: ly, "text-anchor": "middle", class: "number", "font-size": 14 * this.scale }, String(number));
    }

    line(from, to, name) {
      draw(this.round, "line", { x1: from[0], y1: from[1], x2: to[0], y2: to[1], class: name });
    }
  }

  /** A vector of some length from one place towards another; upwards if they are the same. */
  function towards([x, y], [u, v], length) {
    const distance = Math.hypot(u - x, v - y);
    return distance < 1e-9 ? [0, -length] : [(length * (u - x)) / distance, (length * (v - y)) / distance];
  }

  /** What two machines say, side by side: the network's bars full, the Bayesian's dashed, as lines are elsewhere. */
  function bars(svg, said) {
    const [height, base, top] = [150, 126, 22];
    const width = spread(svg, height);
    const y = (p) => base - (base - top) * p;
    draw(svg, "line", { x1: 0, x2: width, y1: base, y2: base, class: "grid" });
    SIDES.forEach(({ symbol, name, shape }, i) => {
      const middle = (width * (2 * i + 1)) / 6;
      const wide = Math.min(40, width / 8);
      mark(svg, shape, middle - 8, height - 10, 4, name);
      draw(svg, "text", { x: middle + 2, y: height - 6 }, symbol);
      if (!said) return;
      [said.network[i], said.bayes[i]].forEach((p, k) => {
        const x = middle + (k ? 2 : -2 - wide);
        draw(svg, "rect", { x, y: y(p), width: wide, height: base - y(p), class: k ? `bar optimal ${name}` : `bar ${name}` });
        draw(svg, "text", { x: x + wide / 2, y: y(p) - 5, "text-anchor": "middle" }, p.toFixed(2));
      });
    });
  }

  let parts = 0; // radio buttons of different parts must not belong together

  class StepThrough extends Bench {
    constructor(container, data) {
      super(container, {
        label:
          "Simulation, step by step. Press 1, 2 or 3 to feed both machines a throw, the arrow keys to go back and forth " +
          "within it, U to undo, R to reset.",
        symbols: SIDES.map((side) => side.symbol),
        names: SIDES.map((side) => `Feed ${side.symbol}`),
        noun: "throw",
        most: 30,
        address: "fed",
        played: data.played,
      });
      const machine = (name, made, tell) => ({ name, tell, runner: new Runner(made) });
      const counts = (_, state) => `counts ${vector(state)}`;
      const coordinates = (whitening, state) => `coordinates ${vector(whitening.whiten(state).slice(0, 3))}`;
      this.machines = {
        network: machine("network", new RecurrentAgent(data.weights), coordinates),
        bayes: machine("Bayesian", new DirichletCategorical(...data.concentrations), counts),
      };
      this.runners = Object.values(this.machines).map((each) => each.runner);
      this.directions = data.directions.map((direction) => this.prepare(direction));
      this.direction = this.directions[0];
      this.stage = MAP;
      this.buttons.back = this.button("Back (←)", ["ArrowLeft"], () => this.go(this.stage - 1));
      this.buttons.next = this.button("Next (→)", ["ArrowRight"], () => this.go(this.stage + 1));
      const { undo, reset, back, next, link } = this.buttons;
      const group = (...buttons) => element("span", { class: "group" }, buttons);
      const name = `direction-${parts++}`;
      const choices = this.directions.map((direction, i) => {
        const radio = element("input", { type: "radio", name, value: i, ...(i ? {} : { checked: "" }) });
        radio.addEventListener("change", () => this.turn(direction));
        return element("label", {}, [radio, direction.title]);
      });
      this.stages = [TAKE, MAP, FEED, COMPARE].map((stage) => {
        const made = this.button("", [], () => this.go(stage));
        return { button: made, value: element("span", { class: "value" }), item: element("li", {}) };
      });
      for (const { button, value, item } of this.stages) item.append(button, value);
      this.chart = drawing("What both machines say after the throw", 300, 150);
      this.outputs = table("Probability of each side on the next throw", ["", "network", "Bayesian", "apart"]);
      this.history = table("", ["after", "squared error", "KL, nats"]);
      this.start(
        element("fieldset", { class: "directions" }, [element("legend", {}, ["Map the states of the"]), ...choices]),
        element("div", { class: "controls" }, [group(...this.symbols.map((s) => this.buttons[s])), group(back, next), group(undo, reset, link)]),
        this.sequence,
        element("div", { class: "maps pair" }, this.directions.flatMap((direction) => direction.figures)),
        element("p", { class: "legend", "aria-hidden": "true" }, [
          element("span", { class: "key here" }, ["a state"]),
          element("span", { class: "key ringed" }, ["a state mapped into this space"]),
          ...SIDES.map((side) => element("span", { class: `key ${side.name} ${side.shape}` }, [`expects ${side.symbol}`])),
        ]),
        element("div", { class: "round" }, [
          element("ol", {}, this.stages.map((stage) => stage.item)),
          element("div", {}, [
            element("p", { class: "legend", "aria-hidden": "true" }, [
              element("span", { class: "key" }, ["network says"]),
              element("span", { class: "key outlined" }, ["Bayesian says"]),
            ]),
            this.chart,
          ]),
        ]),
        this.outputs.whole,
        element("details", {}, [element("summary", {}, ["Every throw so far"]), this.history.whole]),
        element("p", { class: "try" }, [
          element("strong", {}, ["Try this. "]),
          "Go back (←) through the four steps of this throw, and forth again. Then feed 1 ten times more: does the squared error grow? Map the other way round, and compare.",
        ]),
      );
    }

    /** A direction with its two machines, its phi and its two maps. */
    prepare({ title, source, target, embedding, maps }) {
      const [from, into] = [this.machines[source], this.machines[target]];
      const svgs = [`States of the ${from.name}`, `The ${into.name}'s space, with states of the ${from.name} mapped into it`].map(
        (words) => drawing(`${words}; first two whitened components`, SIDE, SIDE),
      );
      return {
        title,
        source: from,
        target: into,
        embedding: new Embedding(embedding),
        maps: svgs.map((svg, i) => new RoundMap(svg, maps[i])),
        figures: [
          titled(`The ${from.name}`, "first two whitened components", svgs[0]),
          titled(`The ${into.name}`, `with the ${from.name}'s states mapped into its space`, svgs[1]),
        ],
      };
    }

    step(symbol) {
      super.step(symbol);
      this.stage = COMPARE;
    }

    undo() {
      this.stage = this.told.length > 1 ? COMPARE : MAP;
      super.undo();
    }

    rewind() {
      super.rewind();
      this.stage = MAP;
    }

    get last() {
      return this.told.length ? COMPARE : MAP;
    }

    go(stage) {
      this.stage = stage;
      this.show();
    }

    turn(direction) {
      this.direction = direction;
      this.show();
    }

    /** All that there is to know of throw number t, counted from 1; of the state before any if t is 0. */
    round(t = this.told.length) {
      const { source, target, embedding } = this.direction;
      const { machine } = target.runner;
      const before = source.runner.states[Math.max(0, t - 1)];
      const mapped = embedding.coordinates(before);
      const embedded = machine.nearestState(embedding.target.restore(mapped));
      if (!t) return { before, mapped, embedded };
      const own = source.runner.past[t];
      const after = machine.step(embedded, this.symbols.map((symbol) => Number(symbol === this.told[t - 1])));
      const expected = embedding.coordinates(own.state);
      const reached = embedding.target.whiten(after.state);
      const error = reached.reduce((sum, value, i) => sum + (value - expected[i]) ** 2, 0) / reached.length;
      const said = { source: softmax(own.output), target: softmax(after.output) };
      const [network, bayes] = source === this.machines.network ? [said.source, said.target] : [said.target, said.source];
      return { before, mapped, embedded, own, after, expected, reached, error, network, bayes, kl: divergence(bayes, network) };
    }

    draw() {
      const { direction, stage } = this;
      const round = this.round();
      for (const each of this.directions) for (const figure of each.figures) figure.hidden = each !== direction;
      this.drawSource(round);
      this.drawTarget(round);
      this.list(round);
      const compared = stage === COMPARE;
      bars(this.chart, compared ? round : null);
      this.outputs.body.replaceChildren(
        ...SIDES.map(({ symbol, name, shape }, i) => {
          const said = compared ? [round.network[i], round.bayes[i]] : [];
          const cells = compared ? [...said, Math.abs(said[0] - said[1])].map((p) => p.toFixed(3)) : ["–", "–", "–"];
          const data = { "data-side": symbol, ...(compared && { "data-network": said[0], "data-bayes": said[1] }) };
          return row([element("span", { class: `key ${name} ${shape}` }, [`side ${symbol}`]), ...cells], data);
        }),
      );
      const past = this.told.slice(0, compared ? undefined : -1);
      this.history.body.replaceChildren(
        ...past.map((_, i) => {
          const { error, kl } = this.round(i + 1);
          return row([this.told.slice(0, i + 1).join(""), small(error), small(kl)], { "data-error": error, "data-kl": kl });
        }),
      );
      this.root.dataset.stage = stage;
    }

    drawSource({ before, own }) {
      const { source, embedding, maps } = this.direction;
      const map = maps[0];
      const path = source.runner.states.map((state) => map.place(embedding.source.whiten(state)));
      map.begin(path);
      const shown = this.stage >= FEED ? path : path.slice(0, this.told.length || 1);
      const here = map.place(embedding.source.whiten(before));
      const next = own && map.place(embedding.source.whiten(own.state));
      map.walk(shown);
      map.state(TAKE, here, false, next ? towards(next, here, 15) : [0, -15]);
      if (this.stage >= FEED) map.state(FEED, next, false, towards(here, next, 15));
    }

    drawTarget({ embedded, after, expected, reached, mapped }) {
      const { source, embedding, maps } = this.direction;
      const map = maps[1];
      const path = source.runner.states.map((state) => map.place(embedding.coordinates(state)));
      const [here, start] = [map.place(mapped), map.place(embedding.target.whiten(embedded))];
      const [there, meant] = after ? [map.place(reached), map.place(expected)] : [here, here];
      map.begin([...path, start, there]);
      const away = towards(there, start, 18);
      if (this.stage >= MAP) map.walk(this.stage >= COMPARE ? path : path.slice(0, this.told.length || 1), true);
      if (this.stage >= FEED) map.line(start, there, "move");
      if (this.stage >= COMPARE) map.line(there, meant, "gap");
      if (this.stage >= MAP) map.state(MAP, here, true, after ? away : [0, -18]);
      if (this.stage >= FEED) map.state(FEED, there, false, [-away[1], away[0]]);
      if (this.stage >= COMPARE) map.state(COMPARE, meant, true, towards(start, there, 18));
    }

    /** The four steps in words, with the numbers of this round. */
    list({ before, mapped, own, after, error, kl }) {
      const { source, target, embedding } = this.direction;
      const inSource = (state) => source.tell(embedding.source, state);
      const inTarget = (state) => target.tell(embedding.target, state);
      const fed = this.told.at(-1);
      const texts = [
        [`Take a state of the ${source.name}`, inSource(before)],
        [`Map it into the ${target.name}'s space`, inTarget(embedding.target.restore(mapped))],
        ["Feed both the same throw", "press 1, 2 or 3"],
        ["Compare", "where they are, and what they say"],
      ];
      if (fed) {
        texts[2] = [
          `Feed both the throw ${fed}`,
          `${source.name}: ${inSource(own.state)}; ${target.name}: ${inTarget(after.state)}`,
        ];
        texts[3][1] =
          `the ${source.name}'s new state, mapped: ${inTarget(embedding.states(own.state))}. Squared error ` +
          `${small(error)} (a map that knows nothing: 1). What they say differs by ${small(kl)} nats.`;
      }
      this.stages.forEach(({ button, value, item }, i) => {
        const reached = i < this.stage;
        button.textContent = texts[i][0];
        button.disabled = i + 1 > this.last;
        value.textContent = reached || button.disabled ? texts[i][1] : "";
        item.className = reached ? "reached" : "";
        if (i + 1 === this.stage) button.setAttribute("aria-current", "step");
        else button.removeAttribute("aria-current");
      });
    }

    show(remember) {
      super.show(remember);
      this.disable({ back: this.stage <= TAKE, next: this.stage >= this.last });
    }

    says() {
      const { button, value } = this.stages[this.stage - 1];
      return `step ${this.stage}, ${button.textContent}: ${value.textContent.replace(/\.$/, "")}`;
    }
  }

  book.steps = book.bring("steps", StepThrough);
})(window.LearningToInfer);
