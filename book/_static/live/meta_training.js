/* Supervised meta-training in the page: the network of lib/agents/lstm.py without encoder and decoder, the log-loss of
   lib/training/supervised.py, backpropagation through time, and the one cycle of Adam in lib/training/loop.py. The page
   trains in a worker, which is made from this function's own text, so that it works from file:// too. */
"use strict";

window.LearningToInfer = window.LearningToInfer || {};

(function (book) {
  /** Everything a worker needs; it may use nothing from outside. */
  function engine() {
    const sigmoid = (x) => 1 / (1 + Math.exp(-x));

    /** An independent stream of uniform numbers for every purpose and seed (mulberry32). */
    function stream(purpose, seed) {
      let state = seed | 0;
      for (const character of `${purpose}/${seed}`) state = Math.imul(state ^ character.charCodeAt(0), 0x9e3779b1) ^ (state >>> 15);
      return () => {
        state = (state + 0x6d2b79f5) | 0;
        let t = Math.imul(state ^ (state >>> 15), 1 | state);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
      };
    }

    /** A draw from Gamma(shape, 1): Marsaglia and Tsang 2000. */
    function gamma(shape, uniform) {
      if (shape < 1) return gamma(shape + 1, uniform) * Math.pow(1 - uniform(), 1 / shape);
      const d = shape - 1 / 3;
      for (;;) {
        const normal = Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
        const v = Math.pow(1 + normal / Math.sqrt(9 * d), 3);
        if (v > 0 && Math.log(1 - uniform()) < normal * normal / 2 + d * (1 - v + Math.log(v))) return d * v;
      }
    }

    /** Coins from Beta(a, b), each tossed `steps` times; 1 is heads. Tosses of one episode stand together. */
    function sample({ a, b, steps }, episodes, uniform) {
      const tosses = new Uint8Array(episodes * steps);
      for (let n = 0; n < episodes; n++) {
        const [heads, tails] = [gamma(a, uniform), gamma(b, uniform)];
        for (let t = 0; t < steps; t++) tosses[n * steps + t] = uniform() < heads / (heads + tails) ? 1 : 0;
      }
      return tosses;
    }

    /** Part of a way from one value to another, along half a cosine. */
    const cosine = (from, to, share) => to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));

    /** Learning rate and first decay of Adam at an update, counted from 0: torch's OneCycleLR at its defaults. */
    function oneCycle(update, updates, peak) {
      const top = 0.3 * updates - 1;
      if (update <= top) return [cosine(peak / 25, peak, update / top), cosine(0.95, 0.85, update / top)];
      const share = (update - top) / (updates - 1 - top);
      return [cosine(peak, peak / 25e4, share), cosine(0.85, 0.95, share)];
    }

    class Training {
      /**
       * @param settings a, b: the prior; width: units; steps: tosses an episode; batch: episodes an update; updates: of the
       *   whole training; peak: learning rate; held_out: episodes on which the divergence from Bayes is measured.
       */
      constructor(settings, seed) {
        Object.assign(this, settings);
        this.settings = settings;
        const [N, G] = [this.width, 4 * this.width];
        // In torch's order: start, memory.weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, readout.weight, readout.bias.
        const sizes = [2 * N, 2 * G, N * G, G, G, N, 1];
        const places = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
        [this.start, this.into, this.back, this.bias, this.otherBias, this.read, this.constant] = places;
        const size = this.constant + 1;
        const uniform = stream("initialise", seed);
        this.weights = Float64Array.from({ length: size }, (_, i) => (i < this.into ? 0 : (2 * uniform() - 1) / Math.sqrt(N)));
        for (let j = 0; j < N; j++) this.weights[this.bias + N + j] += this.forget_bias;
        [this.gradient, this.first, this.second] = [0, 1, 2].map(() => new Float64Array(size));
        this.uniform = stream("train", seed);
        this.test = sample(settings, this.held_out, stream("evaluate", seed));
        this.update = 0;
      }

      /** The cell, for one episode: gates, then cell and hidden vectors, from where they are on the tape to the next step. */
      cell(input, hidden, cell, gates, nextHidden, nextCell, from, to, at) {
        const { width: N, weights: W, into, back, bias, otherBias } = this;
        for (let k = 0, w = back; k < 4 * N; k++) {
          let z = W[bias + k] + W[otherBias + k] + (input < 0 ? 0 : W[into + 2 * k + 1 - input]);
          for (let j = 0; j < N; j++, w++) z += W[w] * hidden[from + j];
          gates[at + k] = z;
        }
        let output = W[this.constant];
        for (let j = 0; j < N; j++) {
          const write = (gates[at + j] = sigmoid(gates[at + j]));
          const forget = (gates[at + N + j] = sigmoid(gates[at + N + j]));
          const content = (gates[at + 2 * N + j] = Math.tanh(gates[at + 2 * N + j]));
          const read = (gates[at + 3 * N + j] = sigmoid(gates[at + 3 * N + j]));
          const c = (nextCell[to + j] = forget * cell[from + j] + write * content);
          const h = (nextHidden[to + j] = read * Math.tanh(c));
          output += W[this.read + j] * h;
        }
        return output;
      }

      /** What the network goes through in some episodes. Its output at a step, the log-odds of heads, is made before the
          toss of that step is seen; the first input is nothing, here -1. */
      forward(tosses) {
        const { width: N, steps: T, weights: W } = this;
        const episodes = tosses.length / T;
        const states = episodes * (T + 1) * N;
        if (!this.tape || this.tape.hidden.length < states) {
          const [hidden, cell] = [new Float64Array(states), new Float64Array(states)];
          this.tape = { hidden, cell, gates: new Float64Array(episodes * T * 4 * N), outputs: new Float64Array(episodes * T) };
        }
        const { hidden, cell, gates, outputs } = this.tape;
        for (let n = 0; n < episodes; n++) {
          const first = n * (T + 1) * N;
          hidden.set(W.subarray(this.start, this.start + N), first);
          cell.set(W.subarray(this.start + N, this.into), first);
          for (let t = 0; t < T; t++) {
            const from = first + t * N;
            const at = n * T + t;
            outputs[at] = this.cell(t ? tosses[at - 1] : -1, hidden, cell, gates, hidden, cell, from, from + N, at * 4 * N);
          }
        }
        return outputs;
      }

      /** Log-loss in nats an episode, averaged over the episodes; leaves its gradient in `gradient`. */
      backward(tosses) {
        const { width: N, steps: T, weights: W, gradient: g, into, back, bias, otherBias } = this;
        const episodes = tosses.length / T;
        const outputs = this.forward(tosses);
        const { hidden, cell, gates } = this.tape;
        const [dHidden, dCell, dBefore, dGates] = [N, N, N, 4 * N].map((length) => new Float64Array(length));
        let loss = 0;
        g.fill(0);
        for (let n = 0; n < episodes; n++) {
          dHidden.fill(0);
          dCell.fill(0);
          for (let t = T - 1; t >= 0; t--) {
            const at = n * T + t;
            const from = (n * (T + 1) + t) * N;
            const [to, gate] = [from + N, at * 4 * N];
            const p = sigmoid(outputs[at]);
            loss -= Math.log(tosses[at] ? p : 1 - p) / episodes;
            const error = (p - tosses[at]) / episodes;
            g[this.constant] += error;
            for (let j = 0; j < N; j++) {
              g[this.read + j] += error * hidden[to + j];
              const write = gates[gate + j];
              const forget = gates[gate + N + j];
              const content = gates[gate + 2 * N + j];
              const read = gates[gate + 3 * N + j];
              const squashed = Math.tanh(cell[to + j]);
              const dh = dHidden[j] + error * W[this.read + j];
              const dc = dCell[j] + dh * read * (1 - squashed * squashed);
              dGates[j] = dc * content * write * (1 - write);
              dGates[N + j] = dc * cell[from + j] * forget * (1 - forget);
              dGates[2 * N + j] = dc * write * (1 - content * content);
              dGates[3 * N + j] = dh * squashed * read * (1 - read);
              dCell[j] = dc * forget;
            }
            dBefore.fill(0);
            const input = t ? tosses[at - 1] : -1;
            for (let k = 0, w = back; k < 4 * N; k++) {
              const dz = dGates[k];
              g[bias + k] += dz;
              if (input >= 0) g[into + 2 * k + 1 - input] += dz;
              for (let j = 0; j < N; j++, w++) {
                g[w] += dz * hidden[from + j];
                dBefore[j] += dz * W[w];
              }
            }
            dHidden.set(dBefore);
          }
          for (let j = 0; j < N; j++) {
            g[this.start + j] += dHidden[j];
            g[this.start + N + j] += dCell[j];
          }
        }
        g.copyWithin(otherBias, bias, bias + 4 * N);
        return loss;
      }

      /** One update on a batch of new coins, or on one that is given: gradient clipped to norm 1, Adam. Returns the loss. */
      descend(tosses = sample(this.settings, this.batch, this.uniform)) {
        const { weights: W, gradient: g, first, second } = this;
        const loss = this.backward(tosses);
        const norm = Math.sqrt(g.reduce((sum, each) => sum + each * each, 0));
        const scale = Math.min(1, 1 / (norm + 1e-6));
        const [rate, decay] = oneCycle(this.update, this.updates, this.peak);
        this.update++;
        const [seen, seenSquares] = [1 - Math.pow(decay, this.update), 1 - Math.pow(0.999, this.update)];
        for (let i = 0; i < W.length; i++) {
          const slope = g[i] * scale;
          first[i] = decay * first[i] + (1 - decay) * slope;
          second[i] = 0.999 * second[i] + 0.001 * slope * slope;
          W[i] -= (rate * first[i]) / seen / (Math.sqrt(second[i] / seenSquares) + 1e-8);
        }
        return loss;
      }

      /** Kullback-Leibler divergence of the network from Bayes over an episode, in nats: the mean over held-out episodes. */
      divergence() {
        const { a, b, steps: T, test } = this;
        const outputs = this.forward(test);
        let [nats, heads] = [0, 0];
        for (let i = 0; i < test.length; i++) {
          if (i % T === 0) heads = 0;
          const p = (a + heads) / (a + b + (i % T));
          const q = sigmoid(outputs[i]);
          nats += p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
          heads += test[i];
        }
        return nats / this.held_out;
      }

      /** Probability of heads after every history of up to `depth` tosses: of k's, heads has place 2k + 1, tails 2k + 2. */
      tree(depth) {
        const { width: N, weights: W } = this;
        const nodes = 2 ** (depth + 1) - 1;
        const [hidden, cell, gates] = [(nodes + 1) * N, (nodes + 1) * N, 4 * N].map((length) => new Float64Array(length));
        hidden.set(W.subarray(this.start, this.start + N)); // before the first question
        cell.set(W.subarray(this.start + N, this.start + 2 * N));
        return Array.from({ length: nodes }, (_, k) => {
          const parent = k ? ((k - 1) >> 1) + 1 : 0;
          return sigmoid(this.cell(k ? k % 2 : -1, hidden, cell, gates, hidden, cell, parent * N, (k + 1) * N, 0));
        });
      }
    }

    return { Training, sample, stream, oneCycle };
  }

  /** What a worker does: begins a training, or goes on with it to an update, and reports. */
  function answer() {
    let training;
    self.onmessage = ({ data: { settings, seed, to, measure, depth, order } }) => {
      if (settings) training = new self.engine.Training(settings, seed);
      while (training.update < to) training.descend();
      const divergence = measure ? training.divergence() : null;
      self.postMessage({ update: training.update, tree: training.tree(depth), divergence, order });
    };
  }

  /** A worker that holds a training. */
  function worker() {
    const text = `"use strict"; self.engine = (${engine})(); (${answer})();`;
    const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    const made = new Worker(address);
    URL.revokeObjectURL(address);
    return made;
  }

  book.training = { ...engine(), worker };
})(window.LearningToInfer);
