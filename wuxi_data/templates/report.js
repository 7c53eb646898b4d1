"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const radios = all("[name=language]");
  const language = () => document.documentElement.lang;
  const show = (chosen) => {
    document.documentElement.lang = chosen;
    for (const radio of radios) radio.checked = radio.value === chosen;
    for (const each of all("option[data-zh]")) each.textContent = each.dataset[chosen];
  };
  const known = (each) => each === "zh" || each === "en";

  // Language: the link says, else what was chosen last, else the browser.
  let kept = null;
  // A page opened from a file or in a private window may have no memory.
  try { kept = localStorage.getItem("language"); } catch { }
  const asked = new URLSearchParams(location.search).get("lang");
  show([asked, kept].find(known) ?? (navigator.language.startsWith("zh") ? "zh" : "en"));

  // What the reader looks at stays where it is, however long the other language runs.
  for (const radio of radios) {
    radio.addEventListener("change", () => {
      show(language());  // the radio has changed already: measure as it was
      const top = scrollY > 0 ? document.elementFromPoint(innerWidth / 2, 80) : null;
      const seen = top?.closest("tr, li, figure, section > *, section");
      const before = seen?.getBoundingClientRect().top;
      show(radio.value);
      if (seen) scrollBy({ top: seen.getBoundingClientRect().top - before, behavior: "instant" });
      try { localStorage.setItem("language", radio.value); } catch { }
      try {
        const link = new URL(location.href);
        link.searchParams.set("lang", radio.value);
        history.replaceState(null, "", link);
      } catch { }
    });
  }

  // Search, filters, one row a figure.
  const form = document.querySelector(".search"), table = document.querySelector(".compact");
  const rows = all("tr[data-theme]"), heads = all("th", table);
  const names = heads.map((each) => each.textContent);
  const within = (year, { start, end }) =>
    year === "none" ? !start && !end : (start || end) && (start || year) <= year && year <= (end || year);
  const shown = (row, { words, theme, qualifier, year, undrawn }) =>
    words.value.toLowerCase().split(/\s+/).every((word) => row.textContent.toLowerCase().includes(word))
    && (!theme.value || row.dataset.theme === theme.value)
    && (!qualifier.value || row.dataset.qualifier === qualifier.value)
    && (!year.value || within(year.value, row.dataset))
    && (!undrawn.checked || "undrawn" in row.dataset);
  const cells = (row) => {
    const known = { ...row.dataset, fact_id: row.id, as_written: row.querySelector("q").textContent };
    return names.map((name) => known[name]);
  };
  // By the column that was asked for, what is empty last.
  let by = null, falling = false, list = [];
  const sorted = (found) => by === null ? found : found.toSorted(({ [by]: a }, { [by]: b }) =>
    !a - !b || (falling ? -1 : 1) * (a - b || a.localeCompare(b, "zh")));
  const line = (values) => {
    const row = document.createElement("tr");
    for (const text of values) row.insertCell().append(text);
    row.cells[2].lang = document.getElementById(values[0]).querySelector("q").lang;
    return row;
  };
  const search = () => {
    for (const row of rows) row.hidden = !shown(row, form.elements);
    const left = rows.filter((row) => !row.hidden);
    form.querySelector("output").textContent = left.length;
    const compact = form.elements.compact.checked;
    for (const section of all("section:has(> table.facts tr[data-theme])")) {
      section.hidden = compact || !section.querySelector("tr[data-theme]:not([hidden])");
    }
    table.hidden = form.elements.copy.hidden = !compact;
    list = sorted(left.map(cells));
    table.querySelector("tbody").replaceChildren(...compact ? list.map(line) : []);
    heads.forEach((head, n) => { head.ariaSort = n !== by ? null : falling ? "descending" : "ascending"; });
  };
  heads.forEach((head, n) => head.addEventListener("click", () => {
    [falling, by] = [by === n && !falling, n];
    search();
  }));
  form.elements.copy.addEventListener("click", ({ target }) => copy(
    [names, ...list].map((row) => row.map(harmless).join("\t")).join("\n"), target.closest("button")));
  form.hidden = false;
  form.addEventListener("input", search);
  form.addEventListener("submit", (event) => event.preventDefault());
  search();

  // Files are made here, from the drawing and the table beneath it.
  const save = (name, content, type) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const said = (cell, lang) => (cell.querySelector(lang === "en" ? "i[lang]" : "i:not([lang])") ?? cell).textContent;
  const text = (figure, selector) => all(selector, figure).map((each) => said(each, language())).join();
  // No spreadsheet may take a text for a formula.
  const harmless = (text) => text.replace(/\s+/g, " ").replace(/^(?=[=+@-])(?!-[\d.]+$)/, "'");
  const quoted = (text) => `"${harmless(text).replaceAll('"', '""')}"`;
  const csv = (figure) => {
    const found = all("tbody tr", figure).map((row) => {
      const [name, words, origin] = row.cells, { low, high, unit, look } = row.dataset;
      return [...[origin.textContent.trim().replaceAll(" × ", " * "), said(name, "zh"), said(name, "en")].map(quoted), low, high,
        ...[unit, look, said(words, "zh"), said(words, "en")].map(quoted)].join(",");
    });
    return ["\ufefffigure,name_zh,name_en,low,high,unit,look,words_zh,words_en", ...found, ""].join("\n");
  };
  // A drawing by itself has title and credit written on it, and the page's looks and font within.
  const svg = (figure) => {
    const seen = all(".picture svg", figure).find((each) => each.getClientRects().length);
    const [, , wide, high] = seen.getAttribute("viewBox").split(" ").map(Number);
    const drawing = seen.cloneNode(true);
    for (const each of all("a > path:not([class])", drawing)) each.remove();
    for (const use of all("use", drawing)) {
      const drawn = document.querySelector(use.getAttribute("href")).cloneNode();
      drawn.setAttribute("transform", `translate(${use.getAttribute("x")} ${use.getAttribute("y")})`);
      use.replaceWith(drawn);
    }
    for (const drawn of all("a > path", drawing)) drawn.removeAttribute("id");
    for (const link of all("a", drawing)) link.removeAttribute("href");
    const set = (element, values) =>
      Object.entries(values).forEach(([name, value]) => element.setAttribute(name, value));
    const add = (kind, text, values = {}) => {
      const made = document.createElementNS(drawing.namespaceURI, kind);
      set(made, values);
      made.append(text);
      drawing.append(made);
    };
    const pen = document.createElement("canvas").getContext("2d");
    const lines = (selector, size) => {
      const words = text(figure, selector).match(/[\x21-\u2dff]+\s?|[^\x21-\u2dff]/g) ?? [], found = [""];
      pen.font = `${size}px "Wuxi Data Sans", sans-serif`;
      for (const word of words) {
        if (pen.measureText(found.at(-1) + word).width > wide - 8) found.push("");
        found.push(found.pop() + word);
      }
      return found;
    };
    const title = lines("h3", 13), credit = lines(".credit", 8);
    const top = -17 * title.length - 14, tall = high - top + 11 * credit.length + 6;
    const write = (line, y, size) => add("text", line.trim(), { x: 3, y, "font-size": size, fill: "#222" });
    title.forEach((line, n) => write(line, top + 8 + 17 * (n + 1), 13));
    credit.forEach((line, n) => write(line, high + 11 * (n + 1), 8));
    add("style", `${document.querySelector("head style").textContent}
      svg { background: #fff } text { font-family: "Wuxi Data Sans", sans-serif; white-space: pre }`);
    set(drawing, { viewBox: `0 ${top} ${wide} ${tall}`, width: wide, height: tall, style: "" });
    return [new XMLSerializer().serializeToString(drawing), wide, tall];
  };
  const png = async (figure) => {
    const [drawn, wide, high] = svg(figure), image = new Image(), canvas = document.createElement("canvas");
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawn)}`;
    await image.decode();
    [canvas.width, canvas.height] = [wide * 3, high * 3];
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  };
  const copy = async (text, button) => {
    try { await navigator.clipboard.writeText(text); button.dataset.done = "✓"; } catch { prompt("", text); }
  };
  const cite = (figure, button) =>
    copy(`${text(figure, "h3")} ${text(figure, ".credit")} ${location.href.split("#")[0]}#${figure.id}`, button);
  for (const tools of all(".save")) {
    const figure = tools.closest("figure"), name = figure.id.replace("_chart-", "");
    tools.hidden = false;
    tools.addEventListener("click", async ({ target }) => {
      const button = target.closest("button");
      if (button?.value === "csv") save(`${name}.csv`, csv(figure), "text/csv");
      if (button?.value === "svg") save(`${name}.${language()}.svg`, svg(figure)[0], "image/svg+xml");
      if (button?.value === "png") save(`${name}.${language()}.png`, await png(figure), "image/png");
      if (button?.value === "cite") cite(figure, button);
    });
  }
});
