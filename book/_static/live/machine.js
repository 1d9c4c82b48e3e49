/* A trained machine, stepped in the page: the same interface as lib/machines.py, the same arithmetic as
   lib/agents/recurrent.py, in double precision. A classic script, so that it runs from file:// too. */
"use strict";

window.LearningToInfer = window.LearningToInfer || {};

(function (book) {
  /** Little-endian float32 in base64, as written by lib/live/machine.py. */
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

  /** Encoder, LSTM, decoder, readout. State: hidden and cell vectors, in this order, as one vector. */
  class RecurrentAgent {
    constructor(weights) {
      this.p = Object.fromEntries(Object.entries(weights).map(([name, w]) => [name, numbers(w.float32)]));
      this.width = weights["encoder.weight"].shape[0];
    }

    initialState() {
      return new Float64Array(2 * this.width);
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

  /** The Bayes-optimal predictor of a coin from Beta(a, b). State: heads and tails seen. Output: log-odds of heads. */
  class BetaBernoulli {
    constructor(a, b) {
      this.a = a;
      this.b = b;
    }

    initialState() {
      return Float64Array.of(0, 0);
    }

    step(state, input) {
      const counts = Float64Array.of(state[0] + input[0], state[1] + input[1]);
      return { state: counts, output: [Math.log((this.a + counts[0]) / (this.b + counts[1]))] };
    }
  }

  /** Coordinates of a state on a plane: its mean taken away, along two axes. */
  function project(plane, state) {
    return plane.axes.map((axis) => axis.reduce((sum, weight, i) => sum + weight * (state[i] - plane.mean[i]), 0));
  }

  book.machines = { RecurrentAgent, BetaBernoulli, project, sigmoid };
})(window.LearningToInfer);
