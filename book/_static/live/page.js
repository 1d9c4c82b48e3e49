/* What the live parts share: elements and drawings, a machine with its past, a map of states, a chart of predictions, and
   a bench on which a reader makes a sequence of symbols. */
"use strict";

window.LearningToInfer = window.LearningToInfer || {};

(function (book) {
  const SVG = "http://www.w3.org/2000/svg";

  function furnish(made, attributes, children) {
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  const element = (name, attributes = {}, children = []) => furnish(document.createElement(name), attributes, children);

  /** A shape in a drawing. */
  function draw(parent, name, attributes = {}, ...text) {
    const made = furnish(document.createElementNS(SVG, name), attributes, text);
    parent.append(made);
    return made;
  }

  /** An empty drawing with a title for those who cannot see it. */
  const drawing = (title, width, height) =>
    furnish(document.createElementNS(SVG, "svg"), { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title }, []);

  /** A drawing under its title. */
  const titled = (title, note, svg) => element("figure", {}, [element("figcaption", {}, [title, element("small", {}, [note])]), svg]);

  const tryThis = (text) => element("p", { class: "try" }, [element("strong", {}, ["Try this. "]), text]);

  const row = (cells, attributes = {}) =>
    element("tr", attributes, cells.map((cell, i) => (i ? element("td", {}, [cell]) : element("th", { scope: "row" }, [cell]))));

  /** The head of a table, and its empty body. */
  function table(caption, heads) {
    const head = element("tr", {}, heads.map((name) => element("th", { scope: "col" }, [name])));
    const body = element("tbody");
    return { body, whole: element("table", {}, [element("caption", {}, [caption]), element("thead", {}, [head]), body]) };
  }

  const points = (xy) => xy.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join(" ");

  /** Colour is never alone: what has another colour has another shape. */
  function mark(parent, shape, x, y, r, name) {
    const look = { class: `mark ${name}` };
    if (shape === "square") draw(parent, "rect", { x: x - r, y: y - r, width: 2 * r, height: 2 * r, ...look });
    else if (shape === "triangle") {
      const corners = [-90, 30, 150].map((turn) => (turn * Math.PI) / 180);
      draw(parent, "polygon", { points: points(corners.map((a) => [x + 1.4 * r * Math.cos(a), y + 1.4 * r * Math.sin(a)])), ...look });
    } else draw(parent, "circle", { cx: x, cy: y, r, ...look });
  }

  /** The sides of a die: how each looks wherever it is drawn. */
  const SIDES = [
    { symbol: "1", name: "side1", shape: "circle", color: [59, 127, 196] },
    { symbol: "2", name: "side2", shape: "square", color: [217, 105, 30] },
    { symbol: "3", name: "side3", shape: "triangle", color: [165, 101, 192] },
  ];

  /** A colour between others, each with its weight. */
  function mixed(weights, colors) {
    const channel = (c) => Math.round(weights.reduce((sum, weight, i) => sum + weight * colors[i][c], 0));
    return `rgb(${[0, 1, 2].map(channel).join(" ")})`;
  }

  /** Everything a machine went through, so that undo is a pop. The first input is nothing. */
  class Runner {
    constructor(machine) {
      this.machine = machine;
      this.reset();
    }

    reset() {
      this.past = [];
      this.take(new Array(this.machine.inputSize).fill(0));
    }

    take(input) {
      const state = this.past.length ? this.past.at(-1).state : this.machine.initialState();
      this.past.push(this.machine.step(state, input));
    }

    undo() {
      this.past.pop();
    }

    get outputs() {
      return this.past.map((moment) => moment.output);
    }

    get states() {
      return this.past.map((moment) => moment.state);
    }
  }

  /** How wide a drawing is on the page; so that its letters are as large as the page's, whatever the width. */
  function spread(svg, height) {
    const width = Math.round(svg.getBoundingClientRect().width) || 680;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.replaceChildren();
    return width;
  }

  /** Predictions after 0, 1, 2... symbols. A line: `network` solid with a marker, `bayes` dashed, `truth` a bar behind. */
  function predictionChart(svg, { symbols, label, lines, least = 10, height = 230 }) {
    const width = spread(svg, height);
    const [left, right, bottom, top] = [38, 14, 36, 12];
    const span = Math.max(least, symbols.length);
    const x = (t) => left + ((width - left - right) * t) / span;
    const y = (p) => top + (height - top - bottom) * (1 - p);
    const room = x(1) - x(0);
    for (const p of [0, 0.25, 0.5, 0.75, 1]) {
      draw(svg, "line", { x1: left, x2: width - right, y1: y(p), y2: y(p), class: "grid" });
      draw(svg, "text", { x: left - 8, y: y(p) + 4, "text-anchor": "end" }, String(p));
    }
    draw(svg, "text", { x: (left + width) / 2, y: height - 3, "text-anchor": "middle" }, label);
    if (room >= 9) symbols.forEach((s, i) => draw(svg, "text", { x: x(i + 1), y: height - 20, "text-anchor": "middle" }, s));
    for (const { name, truth } of lines) {
      if (truth !== undefined) draw(svg, "line", { x1: left, x2: width - right, y1: y(truth), y2: y(truth), class: `truth ${name}` });
    }
    const path = (said) => points(said.map((p, t) => [x(t), y(p)]));
    for (const { name, shape, network, bayes } of lines) {
      draw(svg, "polyline", { points: path(network), class: `network ${name}` });
      const small = Math.min(3, room / 3);
      network.forEach((p, t) => mark(svg, shape, x(t), y(p), t === network.length - 1 ? 5.5 : small, name));
      draw(svg, "polyline", { points: path(bayes), class: "bayes" });
    }
  }

  /** Lines of a grid at these values of either axis, with their words, and the name of the horizontal one. */
  function axes(svg, { x, y, left, right, top, bottom, across, up, unit }) {
    for (const [value, text] of up) {
      draw(svg, "line", { x1: left, x2: right, y1: y(value), y2: y(value), class: "grid" });
      draw(svg, "text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, text);
    }
    for (const [value, text] of across) {
      draw(svg, "line", { x1: x(value), x2: x(value), y1: top, y2: bottom, class: "grid" });
      draw(svg, "text", { x: x(value), y: bottom + 16, "text-anchor": "middle" }, text);
    }
    draw(svg, "text", { x: (left + right) / 2, y: bottom + 33, "text-anchor": "middle" }, unit);
  }

  /** Map points so that they fill a square drawing; each direction on its own scale, or both on the same. */
  function fitted(all, side, margin, alike) {
    const low = [0, 1].map((i) => Math.min(...all.map((p) => p[i])));
    const high = [0, 1].map((i) => Math.max(...all.map((p) => p[i])));
    const scales = [0, 1].map((i) => (side - 2 * margin) / (high[i] - low[i] || 1));
    const [across, up] = alike ? [Math.min(...scales), Math.min(...scales)] : scales;
    return ([x, y]) => [side / 2 + across * (x - (low[0] + high[0]) / 2), side / 2 - up * (y - (low[1] + high[1]) / 2)];
  }

  /** A square map of states: a cloud of [x, y, colour], drawn once, and what moves over it. */
  class StateMap {
    constructor(svg, cloud, { side, margin = 14, places = [], alike = false }) {
      Object.assign(this, { side, margin });
      this.at = fitted([...cloud, ...places], side, margin, alike);
      this.all = draw(svg, "g");
      for (const [x, y, fill] of cloud) {
        const [cx, cy] = this.at([x, y]);
        draw(this.all, "circle", { cx, cy, r: 2.6, class: "cloud", fill });
      }
    }

    /** Look at the map with this place in the middle, enlarged. */
    move([x, y], zoom) {
      const middle = this.side / 2;
      this.all.setAttribute("transform", `translate(${middle} ${middle}) scale(${zoom}) translate(${-x} ${-y})`);
      this.all.style.setProperty("--zoom", zoom);
    }

    /** Shrink the map until these places are in it; says by how much. */
    keep(placed) {
      const middle = this.side / 2;
      const farthest = Math.max(...placed.flat().map((value) => Math.abs(value - middle)));
      const zoom = Math.min(1, (middle - this.margin / 2) / farthest);
      this.move([middle, middle], zoom);
      return zoom;
    }
  }

  const REST = 200; // milliseconds without a change, after which the address tells what is shown

  /** Whether a text is a whole number from 0 to below another: a place in a list, or the number of a draw, of which an address may ask for
   *  a thousand. */
  const isPlace = (text, length = 1000) => /^\d+$/.test(text) && Number(text) < length;

  /** Whether a text is a number on a slider. */
  const isOn = (text, least, most) => /^-?\d+(\.\d+)?$/.test(text) && Number(text) >= least && Number(text) <= most;

  /** A part of the page with its keys, its buttons and its word to screen readers. Keys work where the focus is in it. */
  class Part {
    constructor(container, label) {
      this.container = container;
      this.inNotebook = Boolean(container.closest(".live-in-notebook")); // whose address is not the part's to change
      this.keys = {};
      this.status = element("p", { class: "status", "aria-live": "polite", role: "status" });
      this.root = element("div", { class: "bench", tabindex: "0", role: "group", "aria-label": label });
      this.root.addEventListener("keydown", (event) => this.key(event));
    }

    /** A button that keys press too, by their names in the browser. */
    button(label, keys, act) {
      const shortcuts = keys.map((key) => (key === " " ? "Space" : key)).join(" ");
      const made = element("button", { type: "button", ...(shortcuts && { "aria-keyshortcuts": shortcuts }) }, [label]);
      made.addEventListener("click", (event) => {
        act();
        if (event.pointerType === "mouse") this.root.focus({ preventScroll: true }); // or Space would press it again
      });
      for (const key of keys) this.keys[key.toLowerCase()] = () => made.disabled || act();
      return made;
    }

    /** A button that copies the link to what is shown. From now on the address tells it, as in `#niche=0.8,2,50`, once a reader changed
     *  something; and what an address asks for is shown.
     *
     * @param name: what stands before the =; read: what is shown, as a list; show: show what such a list of texts says, or be false where
     *   there is no such thing. In a notebook the address is not the part's to change, and there is no button to be seen.
     */
    linked(name, read, show) {
      if (!this.inNotebook) this.shared = { name, read, show };
      const button = this.button("Copy link", [], () => this.copyLink());
      button.hidden = this.inNotebook;
      return button;
    }

    /** Let the address tell what is shown; a little later, since browsers refuse many changes at once. */
    remember() {
      window.clearTimeout(this.shared?.timer);
      if (this.shared?.first !== undefined) this.shared.timer = window.setTimeout(() => this.write(), REST);
    }

    write() {
      const { name, read, first, timer } = this.shared;
      window.clearTimeout(timer);
      const now = read().join();
      if (now === this.shared.now) return;
      this.shared.now = now;
      window.history.replaceState(null, "", now === first ? window.location.pathname + window.location.search : `#${name}=${now}`);
    }

    /** Show what the address asks for, if there is such a thing. */
    recall() {
      const { name, read, show } = this.shared;
      const asked = window.location.hash.split(`#${name}=`)[1];
      if (asked === undefined || !show(...decodeURIComponent(asked).split(","))) return;
      window.clearTimeout(this.shared.timer);
      this.shared.now = read().join();
      this.root.scrollIntoView({ block: "center" });
    }

    /** Give the address of what is shown to the clipboard, or say it where there is none. */
    async copyLink() {
      if (this.shared) this.write();
      const { href } = window.location;
      const copied = await navigator.clipboard?.writeText(href).then(() => true, () => false);
      this.status.textContent = copied ? "The link is copied: it opens this page as it is now." : `The link is ${href}`;
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (this.inNotebook) event.stopPropagation(); // a key that the part does not know would be a shortcut of JupyterLab
      const key = event.key.toLowerCase();
      const act = this.keys[key];
      if (!act || (key === " " && event.target.matches("button, input, summary"))) return;
      if (key.startsWith("arrow") && event.target.matches("input")) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    }

    /** Put the part where the table was, and draw it again whenever it gets another width. */
    open(...content) {
      this.root.append(...content, this.status);
      this.draw();
      this.container.querySelector(".fallback").replaceWith(this.root);
      new ResizeObserver(() => {
        if (this.width !== this.root.clientWidth) this.draw();
        this.width = this.root.clientWidth;
      }).observe(this.root);
      if (!this.shared) return;
      this.shared.first = this.shared.now = this.shared.read().join();
      this.recall();
      window.addEventListener("hashchange", () => this.recall());
    }

    /** Draw, and say what there is to see, with the next picture that the screen shows. */
    soon() {
      if (this.waiting) return;
      this.waiting = true;
      window.requestAnimationFrame(() => {
        this.waiting = false;
        this.draw();
        this.tell();
        this.remember();
      });
    }

    /** Disable buttons by name, and keep the focus of whoever pressed one of them. */
    disable(disabled) {
      const focused = document.activeElement;
      for (const [name, is] of Object.entries(disabled)) this.buttons[name].disabled = is;
      if (this.root.contains(focused) && focused.disabled) this.root.focus({ preventScroll: true });
    }
  }

  /** A part that shows what its sliders choose. Where they stand is in the page's address, as in `#price=0.5,3`.
   *
   * A subclass calls `begin` with what it shows; it has `draw()`, and `tell()` for the status.
   */
  class Sliders extends Part {
    /**
     * @param plan label: what it is and which keys it has; address: how the choice is called in the page's address; sliders: by name,
     *   the `text` before it, the `values` that it goes through, at which it starts, and how a value is `said`.
     */
    constructor(container, plan) {
      super(container, plan.label);
      Object.assign(this, { at: {}, sliders: {} });
      const number = Sliders.count++; // ids of different parts must differ
      for (const [name, { text, values, start, said = String }] of Object.entries(plan.sliders)) {
        const id = `${plan.address}-${name}-${number}`;
        const input = element("input", { type: "range", id, min: 0, max: values.length - 1, step: 1 });
        input.addEventListener("input", () => this.choose(name, Number(input.value)));
        const label = element("label", { for: id }, [text]);
        this.sliders[name] = { label, input, output: element("output", { for: id, "aria-live": "off" }), values, said };
        this.at[name] = values.indexOf(start);
      }
      const turned = [["arrowleft", "arrowright"], ["arrowdown", "arrowup"]]; // of the part, where no slider has the focus
      const names = Object.keys(this.sliders);
      names.slice(0, 2).forEach((name, i) => turned[i].forEach((key, up) => (this.keys[key] = () => this.move(name, 2 * up - 1))));
      this.link = this.linked(plan.address, () => names.map((name) => this.value(name)), (...texts) => this.recalled(names, texts));
    }

    /** The sliders, ready to stand in the part. */
    get rows() {
      return element("div", { class: "sliders" }, Object.values(this.sliders).flatMap(({ label, input, output }) => [label, input, output]));
    }

    begin(...content) {
      this.open(...content);
      this.tell();
    }

    /** What a slider chooses. */
    value(name) {
      return this.sliders[name].values[this.at[name]];
    }

    choose(name, place) {
      this.at[name] = Math.max(0, Math.min(this.sliders[name].values.length - 1, place));
      this.soon();
    }

    move(name, by) {
      this.choose(name, this.at[name] + by);
    }

    /** Choose what an address asks for; whether there is such a thing. */
    recalled(names, texts) {
      const places = texts.map((text, i) => this.sliders[names[i]]?.values.findIndex((value) => String(value) === text) ?? -1);
      const at = Object.fromEntries(names.map((name, i) => [name, places[i]]));
      if (places.length !== names.length || places.includes(-1) || !this.possible(at)) return false;
      Object.assign(this.at, at);
      this.soon();
      return true;
    }

    /** Whether the sliders can stand so. */
    possible() {
      return true;
    }

    /** Let the sliders stand where they should, and say so. */
    show() {
      for (const [name, { input, output, said }] of Object.entries(this.sliders)) {
        input.value = this.at[name];
        output.textContent = said(this.value(name));
        input.setAttribute("aria-valuetext", output.textContent);
        this.root.dataset[name] = this.value(name);
      }
    }
  }
  Sliders.count = 0;

  /** A part in which a reader makes a sequence of symbols, and machines hear it.
   *
   * A subclass sets `runners`, then calls `start` with what it shows; it has `draw()`, and `says()` for the status.
   */
  class Bench extends Part {
    /**
     * @param plan label: what it is and which keys it has; symbols: by key; names: of their buttons; noun: what one symbol
     *   is; most: how many are taken; address: how the sequence is called in the page's address, if it is to stand there; played: the
     *   sequence that the bench begins with where the address has none.
     */
    constructor(container, plan) {
      super(container, plan.label);
      Object.assign(this, plan, { told: [], runners: [], address: this.inNotebook ? null : plan.address });
      const quiet = { "aria-live": "off" }; // the status says what changed
      this.sequence = element("output", { class: "sequence", "aria-label": `${this.nouns} so far`, ...quiet });
      this.buttons = {};
      this.symbols.forEach((s, i) => (this.buttons[s] = this.button(this.names[i], [s], () => this.tell(s))));
      this.buttons.undo = this.button("Undo (U)", ["U", "Backspace"], () => this.undo());
      this.buttons.reset = this.button("Reset (R)", ["R"], () => this.reset());
      if (this.address) this.buttons.link = this.button("Copy link", [], () => this.copyLink());
    }

    start(...content) {
      const found = this.inAddress();
      for (const symbol of found ?? this.played ?? "") this.step(symbol);
      this.open(...content);
      this.show(false);
      if (found !== null) this.root.scrollIntoView({ block: "center" });
      if (this.address) window.addEventListener("hashchange", () => this.fromAddress());
    }

    get nouns() {
      return `${this.noun}${this.noun.endsWith("s") ? "es" : "s"}`;
    }

    get full() {
      return this.told.length >= this.most;
    }

    /** Take one symbol without drawing. */
    step(symbol) {
      const input = this.symbols.map((each) => Number(each === symbol));
      this.told.push(symbol);
      for (const runner of this.runners) runner.take(input);
    }

    tell(symbol) {
      if (this.full) return;
      this.step(symbol);
      this.show();
    }

    undo() {
      if (!this.told.length) return;
      this.told.pop();
      for (const runner of this.runners) runner.undo();
      this.show();
    }

    rewind() {
      this.told = [];
      for (const runner of this.runners) runner.reset();
    }

    reset() {
      this.rewind();
      this.show();
    }

    /** The sequence at the end of the page's address, as in `#flips=HHT`; null if there is none. */
    inAddress() {
      if (!this.address) return null;
      const found = new RegExp(`^#${this.address}=([${this.symbols.join("")}]*)$`).exec(window.location.hash);
      return found && found[1].slice(0, this.most);
    }

    fromAddress() {
      const found = this.inAddress();
      if (found === null) return;
      this.rewind();
      for (const symbol of found) this.step(symbol);
      this.show(false);
      this.root.scrollIntoView({ block: "center" });
    }

    /** The sequence in words; of a long one, how long it is and how it ends. */
    get words() {
      const { told, noun } = this;
      if (told.length > 12) return `${told.length} ${this.nouns}, the last ${told.at(-1)}`;
      return told.length ? told.join(" ") : `no ${noun}`;
    }

    show(remember = true) {
      this.draw();
      this.sequence.textContent = this.told.join(" ");
      const empty = !this.told.length;
      this.disable({ ...Object.fromEntries(this.symbols.map((s) => [s, this.full])), undo: empty, reset: empty });
      const end = this.full ? ` ${this.most} ${this.nouns} are the most.` : "";
      this.status.textContent = `After ${this.words}: ${this.says()}.${end}`;
      if (remember && this.address) {
        const address = empty ? window.location.pathname + window.location.search : `#${this.address}=${this.told.join("")}`;
        window.history.replaceState(null, "", address);
      }
    }
  }

  // For whoever shows a part to a room: with ?show before the # of the address, its buttons and sliders are out of sight; keys work.
  if (new URLSearchParams(window.location.search).has("show")) document.documentElement.classList.add("show-only");

  /** Let every container of a kind come alive with the data that it holds. In a notebook, where a script comes with each
   * output, some are alive already.
   */
  book.bring = (kind, Kind) =>
    [...document.querySelectorAll(`.live-${kind}:has(> .fallback)`)].map(
      (container) => new Kind(container, JSON.parse(container.querySelector("script[type='application/json']").textContent)),
    );

  book.page = { element, draw, drawing, titled, row, table, points, mark, mixed, spread, axes, tryThis, predictionChart, isPlace, isOn };
  book.parts = { Runner, StateMap, Part, Sliders, Bench, SIDES };
})(window.LearningToInfer);
