/* The gallery's picker: buttons that leave the figures of a verdict, a paper, a chapter or a kind of task. Figures are those of the
   page, none is drawn here. See lib/widgets/picker.py for the data. */
"use strict";

(function (book) {
  const { element } = book.page;
  const { Part } = book.parts;
  const plain = (value) => value.replaceAll(" ", "-"); // as it stands in an address

  class Picker extends Part {
    constructor(container, { kinds, figures }) {
      super(container, "Picker of figures. Buttons leave those that are of all chosen kinds; A shows all.");
      this.kinds = kinds;
      this.figures = Object.entries(figures).map(([name, values]) => {
        const figure = document.getElementById(name);
        return { values, place: figure?.closest("section") };
      });
      this.chosen = kinds.map(() => "");
      this.buttons = { all: this.button("Show all (A)", ["A"], () => this.choose(kinds.map(() => ""))) };
      this.choices = [];
      const groups = kinds.map((kind, i) => this.group(kind, i));
      const link = this.linked("figures", () => this.chosen.map(plain), (...texts) => this.recalled(texts));
      window.addEventListener("hashchange", () => this.reach());
      this.open(...groups, element("div", { class: "controls" }, [this.buttons.all, link]));
      this.reach();
      this.tell();
    }

    values(i) {
      return [...new Set(this.figures.map(({ values }) => values[i]))];
    }

    group(kind, i) {
      const label = element("span", {}, [kind]);
      const buttons = this.values(i).map((value) => {
        const button = this.button(value, [], () => this.choose(this.chosen.with(i, this.chosen[i] === value ? "" : value)));
        this.choices.push({ i, value, button });
        return button;
      });
      return element("div", { class: "group", role: "group", "aria-label": kind }, [label, ...buttons]);
    }

    choose(chosen) {
      this.chosen = chosen;
      this.soon();
    }

    /** Choose what an address asks for; whether there is such a thing. */
    recalled(texts) {
      const chosen = texts.map((text, i) => (text && i < this.kinds.length ? this.values(i).find((value) => plain(value) === text) : text));
      if (chosen.length !== this.kinds.length || chosen.includes(undefined)) return false;
      this.choose(chosen);
      return true;
    }

    /** Show all if the address leads to a figure that is out of sight. */
    reach() {
      const asked = document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
      if (!asked?.closest("section[hidden]")) return;
      this.choose(this.kinds.map(() => ""));
      this.draw();
      asked.scrollIntoView();
    }

    fits(values, chosen = this.chosen) {
      return chosen.every((value, i) => !value || value === values[i]);
    }

    draw() {
      for (const { values, place } of this.figures) if (place) place.hidden = !this.fits(values);
      for (const { i, value, button } of this.choices) {
        const found = this.figures.filter(({ values }) => this.fits(values, this.chosen.with(i, value))).length;
        button.textContent = `${value} ${found}`;
        button.setAttribute("aria-pressed", String(this.chosen[i] === value));
      }
      this.disable({ all: this.chosen.every((value) => !value) });
    }

    tell() {
      const shown = this.figures.filter(({ values }) => this.fits(values)).length;
      this.status.textContent = `${shown} of ${this.figures.length} figures stand below`;
    }
  }

  book.gallery = book.bring("gallery", Picker);
})(window.LearningToInfer);
