/* What of a built page goes into an e-book, as XHTML: its section without what needs a script or a pointer. Formulas carry
   their glyphs, links lead to chapters of the e-book or to the web, live parts are pictures. */
({ chapters, live }) => {
  const SVG = "http://www.w3.org/2000/svg";
  const section = document.querySelector("article.bd-article > section").cloneNode(true);
  const all = (what) => [...section.querySelectorAll(what)];

  const images = all("img:not(.live img)").filter((each) => each.src.startsWith("file:")).map((each) => {
    const [from, name] = [each.src, each.src.split("/").at(-1)];
    each.setAttribute("src", `pictures/${name}`);
    return from;
  });

  all(".live").forEach((part, number) => {
    const said = [...part.querySelectorAll("svg[aria-label]")].map((drawing) => drawing.getAttribute("aria-label"));
    const alt = [...said, part.querySelector("[role=status]")?.textContent].filter(Boolean).join(" ");
    part.replaceChildren(Object.assign(document.createElement("img"), { alt, src: live[number] }));
  });
  for (const left of all(
    "script, style, link, template, button, input, select, .headerlink, .take, .ledger-filters, .picture details, " +
      "details.hide, [hidden], .toggle-button",
  ))
    left.remove();

  // A formula is its drawing, told as TeX: an e-book reader may know neither MathML nor a glyph drawn elsewhere.
  for (const formula of all(".formula")) {
    const [drawing, tex] = [formula.querySelector("svg"), formula.querySelector(".tex").textContent];
    for (const use of drawing.querySelectorAll("use")) {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("d", document.querySelector(use.getAttribute("href")).getAttribute("d"));
      if (use.hasAttribute("transform")) path.setAttribute("transform", use.getAttribute("transform"));
      use.replaceWith(path);
    }
    drawing.removeAttribute("aria-hidden");
    drawing.setAttribute("role", "img");
    drawing.setAttribute("aria-label", tex.replace(/^\$+|\$+$/g, ""));
    formula.replaceChildren(drawing);
    formula.removeAttribute("tabindex");
  }

  const here = new URL(".", location.href).href;
  for (const link of all("a[href]")) {
    const to = new URL(link.getAttribute("href"), location.href);
    const name = to.href.startsWith(here) && to.pathname.split("/").at(-1).replace(/\.html$/, "");
    if (chapters.includes(name)) link.setAttribute("href", `${name}.xhtml${to.hash}`);
    else if (to.protocol === "file:") link.replaceWith(...link.childNodes);
  }
  return {
    // Not every reader knows names of colours.
    body: new XMLSerializer().serializeToString(section).replace(/var\(--\w+, (#\w+)\)/g, "$1"),
    headings: all("h2").map((each) => [each.parentElement.id, each.textContent.trim()]),
    images,
  };
}
