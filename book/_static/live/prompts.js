/* The bench of prompts: press H or T; the prior that is left to a frozen network and to its Bayesian, beside the coins of two other
   worlds. See experiments/prompts/widget.py for the data and implied.py for the arithmetic. */
"use strict";

(function (book) {
  const { RecurrentAgent, BetaBernoulli } = book.machines;
  const { sigmoid, divergence } = book.arithmetic;
  const { element, draw, drawing, row, spread, table, points, mark } = book.page;
  const { Runner, Bench } = book.parts;
  const [HEIGHT, LEFT, RIGHT, BOTTOM, TOP] = [230, 14, 14, 36, 22];
  const [GRID, LEAST] = [400, 4]; // points of a curve; the least density that the drawing reaches up to
  const GOLDEN = (Math.sqrt(5) - 1) / 2;
  const LOOKS = [
    { look: "bent", shape: "square" },
    { look: "side3", shape: "triangle" },
  ];
  const sum = (values) => values.reduce((total, each) => total + each, 0);

  /** Probability of every sequence of so many tosses, heads before tails, from where a machine is. */
  function forecast(machine, { state, output }, ahead) {
    if (!ahead) return [1];
    const heads = sigmoid(output[0]);
    const later = [[1, 0], [0, 1]].map((input) => forecast(machine, machine.step(state, input), ahead - 1));
    return [...later[0].map((p) => heads * p), ...later[1].map((p) => (1 - heads) * p)];
  }

  /** How many heads each of these sequences has. */
  const headsIn = (ahead) => (ahead ? [1, 0].flatMap((first) => headsIn(ahead - 1).map((n) => n + first)) : [0]);

  const ofCoins = (biases, ahead) => headsIn(ahead).map((n) => sum(biases.map((p) => p ** n * (1 - p) ** (ahead - n))) / biases.length);

  /** The a and b of the Beta prior whose forecast is nearest. */
  function impliedBeta(said, ahead, sure) {
    const heads = headsIn(ahead);
    const steps = Array.from({ length: ahead }, (_, i) => i);
    const more = (counts) => steps.map((i) => sum(said.filter((_, k) => counts[k] > i)));
    const [moreHeads, moreTails] = [more(heads), more(heads.map((n) => ahead - n))];
    function bestA(total) {
      let [low, high] = [0, total];
      for (let i = 0; i < 50; i++) {
        const a = (low + high) / 2;
        const rises = sum(steps.map((k) => moreHeads[k] / (a + k) - moreTails[k] / (total - a + k))) > 0;
        [low, high] = rises ? [a, high] : [low, a];
      }
      return (low + high) / 2;
    }
    function likelihood(total) {
      const a = bestA(total);
      return sum(steps.map((k) => moreHeads[k] * Math.log(a + k) + moreTails[k] * Math.log(total - a + k) - Math.log(total + k)));
    }
    let [low, high] = sure.map(Math.log);
    for (let i = 0; i < 60; i++) {
      const [one, other] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
      [low, high] = likelihood(Math.exp(one)) < likelihood(Math.exp(other)) ? [one, high] : [low, other];
    }
    const total = Math.exp((low + high) / 2);
    return [bestA(total), total - bestA(total)];
  }

  /** The logarithm of the gamma function, by Stirling's series from 10 on. */
  function logGamma(x) {
    if (x < 10) return logGamma(x + 1) - Math.log(x);
    return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + 1 / (12 * x) - 1 / (360 * x ** 3);
  }

  /** Density of Beta(a, b) between the points of a grid. */
  function density(a, b) {
    const constant = logGamma(a + b) - logGamma(a) - logGamma(b);
    return Array.from({ length: GRID }, (_, i) => {
      const bias = (i + 0.5) / GRID;
      return [bias, Math.exp(constant + (a - 1) * Math.log(bias) + (b - 1) * Math.log(1 - bias))];
    });
  }

  class PromptBench extends Bench {
    constructor(container, data) {
      super(container, {
        label: "Bench of prompts. Press H or T to add a toss to the prompt, U to undo, R to reset.",
        symbols: ["H", "T"],
        names: ["Heads (H)", "Tails (T)"],
        noun: "toss",
        most: data.most,
        address: "prompt",
        played: data.played,
      });
      this.data = data;
      this.machines = { network: new Runner(new RecurrentAgent(data.weights)), Bayesian: new Runner(new BetaBernoulli(data.a, data.b)) };
      this.runners = Object.values(this.machines);
      this.targets = Object.entries(data.targets).map(([name, biases], i) => ({ name, biases, said: ofCoins(biases, data.ahead), ...LOOKS[i] }));
      this.chart = drawing("Density over the bias of the next coin: the prior that is left to the network and to its Bayesian", 680, HEIGHT);
      this.readout = table(`What is left after the prompt, and how far it is from the Bayesians of the other worlds over the next ${data.ahead} tosses, in nats`, [
        "",
        "prior",
        ...this.targets.map(({ name }) => `from ${name}`),
      ]);
      this.start(
        element("div", { class: "controls" }, [...Object.values(this.buttons), this.sequence]),
        element("p", { class: "legend", "aria-hidden": "true" }, [
          element("span", { class: "key fair" }, ["left to the network"]),
          element("span", { class: "key dashed" }, ["left to its Bayesian"]),
          ...this.targets.map(({ name, biases, look, shape }) => element("span", { class: `key ${look} ${shape}` }, [`${name}, ${biases.join(" or ")}`])),
        ]),
        this.chart,
        this.readout.whole,
        element("p", { class: "try" }, [
          element("strong", {}, ["Try this. "]),
          "Toss until the blue hill stands over the square. How many tosses does that take, and does it become a line? Then look for a prompt that makes two hills. ",
          "And go past twenty tosses, where the network's training ended: is it as sure as its Bayesian?",
        ]),
      );
    }

    /** The prior that is left to a machine, and its distance from each target. */
    left(name) {
      const { a, b, ahead, sure } = this.data;
      const { machine, past } = this.machines[name];
      const said = forecast(machine, past.at(-1), ahead);
      const [heads, tails] = past.at(-1).state; // counts, if it is the Bayesian
      const prior = name === "network" ? impliedBeta(said, ahead, sure) : [a + heads, b + tails];
      const words = prior[0] + prior[1] > 0.99 * sure[1] ? `a point at ${(prior[0] / (prior[0] + prior[1])).toFixed(2)}` : `Beta(${prior.map((each) => each.toFixed(1)).join(", ")})`;
      return { name, prior, words, nats: this.targets.map((target) => divergence(target.said, said)) };
    }

    draw() {
      this.both = Object.keys(this.machines).map((name) => this.left(name));
      this.drawPriors();
      this.readout.body.replaceChildren(
        ...this.both.map(({ name, prior, words, nats }) =>
          row([name, words, ...nats.map((each) => each.toFixed(3))], { "data-machine": name, "data-prior": prior.join(" "), "data-nats": nats.join(" ") }),
        ),
      );
    }

    drawPriors() {
      const svg = this.chart;
      const width = spread(svg, HEIGHT);
      const [network, bayes] = this.both.map(({ prior }) => density(...prior));
      const high = Math.max(LEAST, ...[...network, ...bayes].filter(([bias]) => bias > 0.02 && bias < 0.98).map(([, value]) => 1.05 * value));
      const x = (bias) => LEFT + (width - LEFT - RIGHT) * bias;
      const y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - Math.min(1, value / high));
      draw(svg, "line", { x1: x(0), x2: x(1), y1: y(0), y2: y(0), class: "grid" });
      for (const bias of [0, 0.2, 0.4, 0.6, 0.8, 1]) draw(svg, "text", { x: x(bias), y: HEIGHT - 20, "text-anchor": "middle" }, String(bias));
      draw(svg, "text", { x: x(0.5), y: HEIGHT - 3, "text-anchor": "middle" }, "bias of the coin that comes next");
      for (const { biases, look, shape } of this.targets) {
        for (const bias of biases) {
          const top = y(high / biases.length);
          draw(svg, "line", { x1: x(bias), x2: x(bias), y1: y(0), y2: top, class: `truth ${look}` });
          mark(svg, shape, x(bias), top - 8, 5, look);
        }
      }
      const line = (curve) => points(curve.map(([bias, value]) => [x(bias), y(value)]));
      draw(svg, "polygon", { points: `${x(0)},${y(0)} ${line(network)} ${x(1)},${y(0)}`, class: "band fair" });
      draw(svg, "polyline", { points: line(network), class: "network fair" });
      draw(svg, "polyline", { points: line(bayes), class: "bayes" });
    }

    says() {
      const [network, bayes] = this.both;
      const far = this.targets.map(({ name }, i) => `${network.nats[i].toFixed(2)} nats from ${name}`);
      return `left to the network ${network.words}, to its Bayesian ${bayes.words}; the network is ${far.join(" and ")}`;
    }
  }

  book.prompts = book.bring("prompts", PromptBench);
})(window.LearningToInfer);
