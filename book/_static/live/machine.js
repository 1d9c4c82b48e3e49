/* Machines, stepped in the page: the same interface as lib/machine.py, the same arithmetic as lib/agents/lstm.py and
   lean.py, lib/optimal/conjugate.py, forward_algorithm.py and lib/probes/simulation.py, in double precision. A classic script, so that it runs from
   file:// too. */
"use strict";

window.LearningToInfer = window.LearningToInfer || {};

(function (book) {
  /** Little-endian float32 in base64, as written by lib/widgets/weights.py. */
  function numbers(base64) {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    return Float64Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
  }

  function affine(weight, bias, x) {
    const y = Float64Array.from(bias);
    for (let row = 0, at = 0; row < y.length; row++) {
      let sum = 0;
      for (let column = 0; column < x.length; column++) sum += weight[at++] * x[column];
      y[row] += sum;
    }
    return y;
  }

  const sigmoid = (x) => 1 / (1 + Math.exp(-x));
  const rectified = (x) => x.map((value) => Math.max(0, value));

  /** Probabilities from logits. */
  function softmax(logits) {
    const most = Math.max(...logits);
    const weights = Array.from(logits, (logit) => Math.exp(logit - most));
    const total = weights.reduce((sum, weight) => sum + weight);
    return weights.map((weight) => weight / total);
  }

  /** Kullback-Leibler divergence of q from p, in nats. */
  const divergence = (p, q) => p.reduce((sum, each, i) => sum + (each > 0 ? each * Math.log(each / q[i]) : 0), 0);

  /** Encoder, LSTM, decoder, readout. State: hidden and cell vectors, in this order, as one vector. */
  class RecurrentAgent {
    constructor(weights) {
      this.p = Object.fromEntries(Object.entries(weights).map(([name, w]) => [name, numbers(w.float32)]));
      [this.width, this.inputSize] = weights["encoder.weight"].shape;
    }

    initialState() {
      return new Float64Array(2 * this.width);
    }

    /** Hidden units lie between -1 and 1; cells may hold any number. */
    nearestState(state) {
      return Float64Array.from(state, (value, i) => (i < this.width ? Math.min(1, Math.max(-1, value)) : value));
    }

    step(state, input) {
      const { p, width } = this;
      const hidden = state.subarray(0, width);
      const encoded = rectified(affine(p["encoder.weight"], p["encoder.bias"], input));
      const gates = affine(p["memory.weight_ih_l0"], p["memory.bias_ih_l0"], encoded);
      const recurrent = affine(p["memory.weight_hh_l0"], p["memory.bias_hh_l0"], hidden);
      for (let i = 0; i < gates.length; i++) gates[i] += recurrent[i];
      const next = new Float64Array(2 * width);
      for (let i = 0; i < width; i++) {
        const write = sigmoid(gates[i]);
        const forget = sigmoid(gates[width + i]);
        const content = Math.tanh(gates[2 * width + i]);
        const read = sigmoid(gates[3 * width + i]);
        const cell = forget * state[width + i] + write * content;
        next[i] = read * Math.tanh(cell);
        next[width + i] = cell;
      }
      const decoded = rectified(affine(p["decoder.weight"], p["decoder.bias"], next.subarray(0, width)));
      return { state: next, output: affine(p["readout.weight"], p["readout.bias"], decoded) };
    }
  }

  /** LSTM and readout. State: hidden and cell vectors, in this order, as one vector. */
  class LeanAgent {
    constructor(weights) {
      const p = Object.fromEntries(Object.entries(weights).map(([name, w]) => [name, numbers(w.float32)]));
      this.width = weights["memory.weight_hh_l0"].shape[1];
      this.inputSize = weights["memory.weight_ih_l0"].shape[1];
      this.bias = p["memory.bias_ih_l0"].map((each, i) => each + p["memory.bias_hh_l0"][i]);
      [this.into, this.back, this.begin] = [p["memory.weight_ih_l0"], p["memory.weight_hh_l0"], p.start];
      [this.readout, this.constant] = [p["readout.weight"], p["readout.bias"]];
    }

    initialState() {
      return Float64Array.from(this.begin);
    }

    /** What the state alone gives to the gates; the same whatever is asked. */
    recall(state) {
      const gates = Float64Array.from(this.bias);
      for (let i = 0, at = 0; i < gates.length; i++) for (let j = 0; j < this.width; j++) gates[i] += this.back[at++] * state[j];
      return gates;
    }

    step(state, input, recalled = this.recall(state)) {
      const { width, into, inputSize } = this;
      const gate = (i) => {
        let sum = recalled[i];
        for (let j = 0; j < inputSize; j++) sum += into[i * inputSize + j] * input[j];
        return sum;
      };
      const next = new Float64Array(2 * width);
      const output = Array.from(this.constant);
      for (let i = 0; i < width; i++) {
        const cell = sigmoid(gate(width + i)) * state[width + i] + sigmoid(gate(i)) * Math.tanh(gate(2 * width + i));
        next[width + i] = cell;
        next[i] = sigmoid(gate(3 * width + i)) * Math.tanh(cell);
        for (let k = 0; k < output.length; k++) output[k] += this.readout[k * width + i] * next[i];
      }
      return { state: next, output };
    }
  }

  /** What the Bayes-optimal predictors share: the state is a count of each symbol; the prior is in the output alone. */
  class Counter {
    constructor(...prior) {
      this.prior = prior;
      this.inputSize = prior.length;
    }

    initialState() {
      return new Float64Array(this.inputSize);
    }

    /** Counts are not negative. */
    nearestState(state) {
      return state.map((count) => Math.max(0, count));
    }

    step(state, input) {
      const counts = state.map((count, i) => count + input[i]);
      return { state: counts, output: this.says(counts) };
    }
  }

  /** The Bayes-optimal predictor of a coin from Beta(a, b). Output: log-odds of heads. */
  class BetaBernoulli extends Counter {
    says(counts) {
      const [a, b] = this.prior;
      return [Math.log((a + counts[0]) / (b + counts[1]))];
    }
  }

  /** The Bayes-optimal predictor of a die from a Dirichlet distribution. Output: logits, up to a constant. */
  class DirichletCategorical extends Counter {
    says(counts) {
      return counts.map((count, side) => Math.log(count + this.prior[side]));
    }
  }

  /** The Bayes-optimal predictor of a hidden Markov model. State: the belief. Output: log-probabilities. */
  class ForwardAlgorithm {
    constructor({ transitions, emissions, stationary }) {
      Object.assign(this, { transitions, emissions, stationary });
      this.inputSize = emissions[0].length;
    }

    initialState() {
      return Float64Array.from(this.stationary);
    }

    /** Let the chain move, then weigh what was seen by Bayes' rule; an input of zeros tells nothing. */
    step(state, input) {
      const move = (belief) => belief.map((_, to) => belief.reduce((sum, p, from) => sum + p * this.transitions[from][to], 0));
      const untold = 1 - input.reduce((sum, each) => sum + each, 0);
      const joint = move(state).map((p, k) => p * (untold + input.reduce((sum, each, i) => sum + each * this.emissions[k][i], 0)));
      const total = joint.reduce((sum, p) => sum + p, 0);
      const belief = joint.map((p) => p / total);
      const next = move(belief);
      return { state: belief, output: input.map((_, i) => Math.log(next.reduce((sum, p, k) => sum + p * this.emissions[k][i], 0))) };
    }
  }

  /** Whitened coordinates on the first principal components of a cloud of states, and back. */
  class Whitening {
    constructor({ mean, axes, scale }) {
      Object.assign(this, { mean, axes, scale });
    }

    whiten(state) {
      return project(this, state).map((value, i) => value / this.scale[i]);
    }

    restore(coordinates) {
      const along = (i) => this.axes.reduce((sum, axis, k) => sum + coordinates[k] * this.scale[k] * axis[i], 0);
      return Float64Array.from(this.mean, (value, i) => value + along(i));
    }
  }

  /** The map phi from the states of a source machine to those of a target machine. */
  class Embedding {
    constructor({ source, layers, target }) {
      this.source = new Whitening(source);
      this.layers = layers.map(({ weight, bias }) => [numbers(weight.float32), numbers(bias.float32)]);
      this.target = new Whitening(target);
    }

    /** phi itself: from a source state to whitened coordinates in the target's space. */
    coordinates(state) {
      let x = this.source.whiten(state);
      this.layers.forEach(([weight, bias], depth) => {
        x = affine(weight, bias, x);
        if (depth < this.layers.length - 1) x = rectified(x);
      });
      return Array.from(x);
    }

    /** From a source state to a state of the target. */
    states(state) {
      return this.target.restore(this.coordinates(state));
    }
  }

  /** Coordinates of a state on a plane: its mean taken away, along two axes. */
  function project(plane, state) {
    return plane.axes.map((axis) => axis.reduce((sum, weight, i) => sum + weight * (state[i] - plane.mean[i]), 0));
  }

  book.machines = { RecurrentAgent, LeanAgent, BetaBernoulli, DirichletCategorical, ForwardAlgorithm, Whitening, Embedding };
  book.arithmetic = { numbers, project, sigmoid, softmax, divergence };
})(window.LearningToInfer);
