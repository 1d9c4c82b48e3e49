/* What a reader can take from a figure: a larger drawing, its numbers as CSV, from the table below it, and its drawing as
   SVG. All are made here, in the page, so they work from a file. */
"use strict";
{
  const PAPER = { ink: "#1d2329", font: "Arial, Helvetica, sans-serif" };

  const cell = ({ textContent }) => {
    const text = textContent.trim();
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };

  const csv = (table) => [...table.rows].map((row) => [...row.cells].map(cell).join(",")).join("\r\n") + "\r\n";

  /** The drawing by itself: in ink of its own, since there is no page to take it from. */
  const svg = (drawing) => {
    const copy = drawing.cloneNode(true);
    const [, , width, height] = copy.getAttribute("viewBox").split(" ");
    copy.setAttribute("width", width);
    copy.setAttribute("height", height);
    copy.setAttribute("style", `color: ${PAPER.ink}; background: #fff; font-family: ${PAPER.font}; ${copy.getAttribute("style")}`);
    for (const text of copy.querySelectorAll("text")) text.style.fontFamily = PAPER.font;
    const text = new XMLSerializer().serializeToString(copy).replace(/var\(--\w+, (#\w+)\)/g, "$1"); // not every program knows names of colours
    return `<?xml version="1.0" encoding="UTF-8"?>\n${text}`;
  };

  const button = (words, act) => {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: words });
    made.addEventListener("click", act);
    return made;
  };

  /** Show a drawing as wide as the window, over the page, until it is closed; there it is the drawing itself, not a copy. */
  const enlarge = (picture, drawing) => {
    const [dialog, frame, place] = ["dialog", "div", "div"].map((name) => document.createElement(name));
    const close = button("Close", () => dialog.close());
    dialog.className = "enlarged";
    dialog.setAttribute("aria-label", "The drawing, enlarged");
    frame.className = "picture";
    frame.tabIndex = 0; // what is wider than the window scrolls by keys
    place.style.height = `${drawing.getBoundingClientRect().height}px`;
    drawing.replaceWith(place);
    frame.append(drawing);
    dialog.append(close, frame);
    dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close()); // beside it
    dialog.addEventListener("close", () => {
      place.replaceWith(drawing);
      dialog.remove();
    });
    picture.parentElement.append(dialog);
    dialog.showModal();
  };

  const offer = (words, name, type, made) =>
    button(words, () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([made()], { type }));
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });

  const page = location.pathname.split("/").at(-1).replace(/\.html$/, "");
  document.querySelectorAll(".picture").forEach((picture, number) => {
    const figure = picture.closest("figure");
    const name = figure?.id || `${page}-${number + 1}`;
    const [drawing, table] = [picture.querySelector("svg"), picture.querySelector("details table")];
    let take = figure?.querySelector("p.take");
    if (!take) {
      take = Object.assign(document.createElement("p"), { className: "take" });
      picture.after(take);
    }
    if (drawing) {
      take.append(button("Enlarge", () => enlarge(picture, drawing)));
      drawing.style.cursor = "zoom-in";
      drawing.addEventListener("click", () => drawing.closest("dialog") || enlarge(picture, drawing));
    }
    if (table) take.append(offer("Numbers (CSV)", `${name}.csv`, "text/csv", () => csv(table)));
    if (drawing) take.append(offer("Drawing (SVG)", `${name}.svg`, "image/svg+xml", () => svg(drawing)));
  });
}
