// A chapter that is opened as a notebook has its captions below its figures, folds what its page folds, and its links
// open here. MyST in JupyterLab does none of this. Written as a bundler would put it out, so that nothing is built.
(() => {
  const FOLDED = ["hide-input", "remove-input"]; // tags of cells whose code the page does not show
  const STYLE = `
    .chapter-caption { display: none; margin: 0 0 1em; padding: 0 8px 0 calc(var(--jp-cell-prompt-width) + 8px); }
    .jp-CodeCell:has(.jp-OutputArea-child) > .chapter-caption { display: block; }
    .chapter-caption p { font-size: 0.92em; font-style: italic; }
    .chapter-solution:not(.chapter-ends), .chapter-ends .myst > :has(~ aside.myst-exercise:not([id])) { display: none; }
    .myst > aside.myst-exercise:not([id]) { display: none; } /* the end of what began in another cell */
    .myst [title="Citation Not Found"] { color: inherit; }
    .myst [title="Citation Not Found"] > svg { display: none; }
    .myst [title="Citation Not Found"]::before { content: "["; }
    .myst [title="Citation Not Found"]::after { content: "]"; }`;

  const source = cell => cell.model.sharedModel.source;
  const starts = text => text.lastIndexOf("{solution-start}") > text.lastIndexOf("{solution-end}");

  /** The cells of the solution that begins at the end of a cell, down to the one in which it ends. */
  function solution(cells, begin) {
    const last = cells.findIndex((cell, place) => place > begin && source(cell).includes("{solution-end}"));
    return cells.slice(begin + 1, last + 1);
  }

  function fold(cells, begin, shut) {
    for (const cell of solution(cells, begin)) {
      cell.toggleClass("chapter-solution", shut);
      cell.toggleClass("chapter-ends", shut && source(cell).includes("{solution-end}"));
    }
  }

  async function caption(cell, rendermime) {
    const text = cell.model.getMetadata("mystnb")?.figure?.caption;
    if (!text) return;
    await cell.ready; // JupyterLab fills a cell when it comes into sight
    const model = rendermime.createModel({ data: { "text/markdown": text } });
    const renderer = rendermime.createRenderer("text/markdown");
    await renderer.renderModel(model);
    renderer.addClass("chapter-caption");
    cell.node.append(renderer.node);
  }

  async function furnish(app, panel) {
    await panel.context.ready;
    const notebook = panel.content;
    const cells = () => [...notebook.widgets];
    for (const [place, cell] of cells().entries()) {
      if (cell.model.type === "markdown" && starts(source(cell))) fold(cells(), place, true);
      if (cell.model.type !== "code") continue;
      if (cell.model.getMetadata("tags")?.some(tag => FOLDED.includes(tag))) cell.inputHidden = true;
      caption(cell, panel.content.rendermime);
    }
    panel.node.addEventListener("click", event => {
      const link = event.target.closest("a[href]");
      const summary = link ? null : event.target.closest(".myst > .myst-exercise:last-child > summary");
      if (summary) { // not when it has been toggled: MyST may have drawn the cell anew by then
        const place = cells().findIndex(cell => cell.node.contains(summary));
        if (starts(source(cells()[place]))) fold(cells(), place, summary.parentElement.open);
      }
      const path = link && new URL(link.href).pathname.match(/\/files\/(.+\.(?:md|ipynb))$/)?.[1];
      if (!path) return;
      event.preventDefault();
      app.commands.execute("docmanager:open", { path: decodeURIComponent(path) });
    });
  }

  let shared;
  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB.chapters = {
    init: scope => { shared = scope; },
    get: async () => {
      const { INotebookTracker } = (await Object.values(shared["@jupyterlab/notebook"])[0].get())();
      const activate = (app, notebooks) => {
        document.head.insertAdjacentHTML("beforeend", `<style>${STYLE}</style>`);
        notebooks.widgetAdded.connect((_, panel) => furnish(app, panel));
      };
      return () => ({ id: "chapters:plugin", autoStart: true, requires: [INotebookTracker], activate });
    },
  };
})();
