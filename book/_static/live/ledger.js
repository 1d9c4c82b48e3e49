/* The ledger's filters: by verdict, paper, chapter and how sure a verdict is, and by any word. What is chosen stands in the
   page's address. Rows are those of the page; see lib/plotting/ledger.py. */
"use strict";

(function (book) {
  const { element } = book.page;
  const NAMES = {
    verdict: "Verdict",
    paper: "Paper",
    chapter: "Chapter",
    stability: "How sure",
    mikulik: "Mikulik 2020",
    blog: "Delétang 2020",
    rabinowitz: "Rabinowitz 2019",
    lange: "Lange 2020",
    after2020: "After 2020",
    beyond: "our own",
    firm: "firm",
    fragile: "fragile",
    unsampled: "nothing to draw",
    amended: "rule amended",
  };
  const KINDS = ["verdict", "paper", "stability"]; // each a row of buttons
  const named = (value) => NAMES[value] || value.replaceAll("-", " ");

  class Filters {
    constructor(container, rows) {
      this.rows = rows;
      this.chosen = {};
      this.buttons = [];
      this.said = element("p", { role: "status", "aria-live": "polite", class: "found" });
      this.word = element("input", { type: "search", id: "ledger-word", placeholder: "M14, reservoir, …" });
      this.word.addEventListener("input", () => this.choose("word", this.word.value.trim()));
      this.chapter = this.menu("chapter");
      this.all = element("button", { type: "button" }, ["Show all"]);
      this.all.addEventListener("click", () => this.set({}));
      const line = (label, control) => element("div", { class: "line" }, [element("label", { for: control.id }, [label]), control]);
      container.append(
        ...KINDS.map((kind) => this.group(kind)),
        element("div", { class: "lines" }, [line(NAMES.chapter, this.chapter), line("Search", this.word), this.all]),
        this.said,
      );
      window.addEventListener("hashchange", () => this.fromAddress());
      this.fromAddress();
    }

    /** What rows say of a kind, in the order of the page. */
    values(kind) {
      return [...new Set(this.rows.flatMap((row) => row.dataset[kind].split(" ")))].filter(Boolean);
    }

    group(kind) {
      const label = element("span", { id: `ledger-${kind}` }, [NAMES[kind]]);
      const made = this.values(kind).map((value) => {
        const count = this.rows.filter((row) => row.dataset[kind].split(" ").includes(value)).length;
        const button = element("button", { type: "button", "aria-pressed": "false", class: value }, [`${named(value)} ${count}`]);
        button.addEventListener("click", () => this.choose(kind, this.chosen[kind] === value ? "" : value));
        this.buttons.push({ kind, value, button });
        return button;
      });
      return element("div", { class: "group", role: "group", "aria-labelledby": label.id }, [label, ...made]);
    }

    menu(kind) {
      const options = this.values(kind).map((value) => element("option", { value }, [named(value)]));
      const menu = element("select", { id: `ledger-${kind}` }, [element("option", { value: "" }, ["any"]), ...options]);
      menu.addEventListener("change", () => this.choose(kind, menu.value));
      return menu;
    }

    choose(kind, value) {
      this.set({ ...this.chosen, [kind]: value });
    }

    set(chosen) {
      this.chosen = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value));
      const address = new URLSearchParams(this.chosen).toString();
      window.history.replaceState(null, "", address ? `#${address}` : window.location.pathname);
      this.show();
    }

    /** What the address asks for, if it asks for anything that there is. */
    fromAddress() {
      const asked = new URLSearchParams(window.location.hash.slice(1));
      const known = ["word", "chapter", ...KINDS].filter((kind) => {
        return asked.has(kind) && (kind === "word" || this.values(kind).includes(asked.get(kind)));
      });
      if (!known.length && window.location.hash.includes("=")) return;
      this.chosen = Object.fromEntries(known.map((kind) => [kind, asked.get(kind)]));
      this.show();
      if (known.length) this.said.parentElement.scrollIntoView({ block: "start" });
    }

    fits(row) {
      const { word = "", ...kinds } = this.chosen;
      const said = Object.entries(kinds).every(([kind, value]) => row.dataset[kind].split(" ").includes(value));
      return said && row.textContent.toLowerCase().includes(word.toLowerCase());
    }

    show() {
      for (const row of this.rows) row.hidden = !this.fits(row);
      for (const part of document.querySelectorAll("section:has(> .cell .ledger)")) {
        const rows = [...part.querySelectorAll(":scope > .cell .ledger tbody tr")];
        part.classList.toggle("nothing-found", rows.every((row) => row.hidden));
      }
      for (const { kind, value, button } of this.buttons) button.setAttribute("aria-pressed", String(this.chosen[kind] === value));
      this.chapter.value = this.chosen.chapter || "";
      if (this.word.value.trim() !== (this.chosen.word || "")) this.word.value = this.chosen.word || "";
      this.all.disabled = !Object.keys(this.chosen).length;
      const shown = this.rows.filter((row) => !row.hidden).length;
      this.said.textContent = `${shown} of ${this.rows.length} claims`;
    }
  }

  const container = document.querySelector(".ledger-filters");
  if (container) book.filters = new Filters(container, [...document.querySelectorAll(".ledger tbody tr")]);
})(window.LearningToInfer);
