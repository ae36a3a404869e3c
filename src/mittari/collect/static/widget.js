// Mittari's widget: <script src="https://feedback.example/widget.js" data-survey="NAME" async></script>
// Optional: data-language="fi", data-show="button|now", data-into="#id" (inside the page), data-place="..." (signed place).
// It sets no cookie, keeps nothing in the browser, and loads nothing but this file and the questions.
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script || !script.dataset.survey) return;
  const { survey, show = "button", into, place } = script.dataset;
  const base = `${new URL(script.src).origin}/widget/${encodeURIComponent(survey)}`;
  const language = script.dataset.language || document.documentElement.lang || navigator.language;

  const css = `
    :host { all: initial !important; position: fixed !important; inset: auto 16px 16px auto !important; z-index: 2147483000 !important;
      color-scheme: light dark !important; --bg: #fff; --ink: #12161f; --soft: #5a6372; --line: #d5d8de; --accent: #3653d8; --on: #fff; }
    :host(.inside) { position: static !important; display: block !important; }
    @media (prefers-color-scheme: dark) { :host { --bg: #131822; --ink: #f1f4f9; --soft: #a5afc0; --line: #3a4457;
      --accent: #8aa2ff; --on: #0b0e14; } }
    * { box-sizing: border-box; font: 16px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
    [hidden] { display: none !important; }
    section { position: relative; width: min(360px, calc(100vw - 32px)); max-height: calc(100dvh - 32px); overflow: auto; overflow-wrap: anywhere; padding: 20px; background: var(--bg); color: var(--ink);
      border: 1px solid var(--line); border-radius: 14px; box-shadow: 0 8px 32px rgb(0 0 0 / .18); }
    :host(.inside) section { width: 100%; max-height: none; box-shadow: none; }
    h2 { font-size: 18px; font-weight: 650; margin: 0 44px 14px 0; text-wrap: balance; }
    h2:focus { outline: none; }
    button { min-height: 44px; min-width: 0; padding: 8px; color: var(--ink); background: var(--bg); border: 1px solid var(--line);
      border-radius: 10px; font-weight: 600; cursor: pointer; }
    button:hover { border-color: var(--accent); }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
    .close { position: absolute; top: 8px; right: 8px; width: 44px; border-color: transparent; font-size: 20px; }
    .main { width: 100%; background: var(--accent); color: var(--on); border-color: var(--accent); margin-top: 12px; }
    .skip { border-color: transparent; background: none; color: var(--soft); font-weight: 500; text-decoration: underline; }
    .row { display: grid; grid-template-columns: repeat(auto-fit, minmax(44px, 1fr)); gap: 6px; }
    .row.many { grid-template-columns: repeat(6, 1fr); }
    .row.words { grid-template-columns: 1fr; }
    .ends { display: flex; justify-content: space-between; gap: 16px; margin: 8px 0 0; font-size: 14px; color: var(--soft); }
    .face { border-color: transparent; padding: 2px; font-size: 12px; font-weight: 500; hyphens: auto; }
    .face svg { display: block; width: 100%; max-width: 52px; margin: 0 auto 4px; }
    .brand { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px; align-items: center; margin-top: 8px; }
    textarea, select { width: 100%; min-height: 44px; padding: 10px; color: var(--ink); background: var(--bg); border: 1px solid var(--line); border-radius: 10px; }
    p { margin: 8px 0 0; font-size: 14px; color: var(--soft); }
    .open { padding: 10px 18px; border-radius: 99px; background: var(--accent); color: var(--on); border-color: var(--accent);
      box-shadow: 0 4px 16px rgb(0 0 0 / .2); }`;
  const MOUTHS = ["M30 72Q50 54 70 72", "M32 70Q50 60 68 70", "M33 66H67", "M30 62Q50 78 70 62", "M28 60H72Q66 80 50 80Q34 80 28 60Z"];
  const COLOURS = ["#e5606b", "#f0a83a", "#e8d05a", "#97cf57", "#2fb58a"];

  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet(); // a made sheet needs no leave of the site's content security policy
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];

  function make(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value !== null) made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  }

  function face(mood) {
    const NS = "http://www.w3.org/2000/svg";
    const drawn = document.createElementNS(NS, "svg");
    drawn.setAttribute("viewBox", "0 0 100 100");
    drawn.setAttribute("aria-hidden", "true");
    const ink = "#151a24";
    for (const [tag, attributes] of [
      ["circle", { cx: 50, cy: 50, r: 48, fill: COLOURS[mood] }],
      ["circle", { cx: 34, cy: 40, r: 6, fill: ink }],
      ["circle", { cx: 66, cy: 40, r: 6, fill: ink }],
      ["path", { d: MOUTHS[mood], fill: mood === 4 ? ink : "none", stroke: ink, "stroke-width": 6, "stroke-linecap": "round" }],
    ]) {
      const part = document.createElementNS(NS, tag);
      for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
      drawn.append(part);
    }
    return drawn;
  }

  let opener = null;
  let panel = null;
  let busy = false;

  function close() {
    panel?.remove();
    panel = null;
    if (opener) { opener.hidden = false; opener.focus(); } else if (!into) host.remove();
  }

  function put(words, title, ...content) {
    const first = !panel;
    panel ??= make("section", { role: "dialog", onkeydown: (event) => event.key === "Escape" && !into && close() });
    const heading = make("h2", { tabindex: "-1", id: "asked" }, title);
    panel.setAttribute("aria-labelledby", "asked");
    panel.replaceChildren(heading, ...content);
    if (!into) panel.append(make("button", { type: "button", class: "close", "aria-label": words.close, onclick: close }, "\u00d7"));
    if (first) root.append(panel);
    if (!first || opener) heading.focus({ preventScroll: true });
  }

  function ask(told) {
    const { words } = told;
    host.lang = told.language;
    if (told.thanks) return put(ask.words, told.title, make("p", { role: "status" }, told.thanks));
    ask.words = words;
    const send = (answer) => go(told, answer);
    const parts = [];
    if (told.brands) {
      const chosen = told.brands.map(() => make("select", {}, ...told.points.map(([value, label]) => make("option", { value }, label))));
      const rate = () => chosen.map((one) => one.value);
      parts.push(...told.brands.map((brand, place) => make("label", { class: "brand" }, brand, chosen[place])),
        make("button", { type: "button", class: "main", onclick: () => send(rate().some((one) => one >= 0) ? { b: rate() } : { skip: true }) }, words.send));
    } else if (told.open) {
      const text = make("textarea", { rows: "3", maxlength: "4000", "aria-labelledby": "asked", "aria-describedby": "optional" });
      parts.push(text, make("p", { id: "optional" }, words.optional),
        make("button", { type: "button", class: "main", onclick: () => send(text.value.trim() ? { text: text.value } : { skip: true }) }, words.send));
    } else {
      const buttons = told.answers.map(([value, label], place) => {
        const mood = told.answers.length === 4 && place > 1 ? place + 1 : place;
        const end = place === 0 ? told.low : place === told.answers.length - 1 ? told.high : "";
        return make("button", { type: "button", class: told.faces ? "face" : "", "aria-label": end && !told.faces ? `${label}, ${end}` : null, onclick: () => send({ a: value }) },
          ...(told.faces ? [face(mood), label] : [label]));
      });
      const kind = isNaN(told.answers[0]?.[1]) && !told.faces ? "words" : told.answers.length > 7 ? "many" : "";
      parts.push(make("div", { class: `row ${kind}`, role: "group", "aria-labelledby": "asked" }, ...buttons));
      if (told.low && !told.faces) parts.push(make("div", { class: "ends", "aria-hidden": "true" }, make("span", { class: "end" }, told.low), make("span", { class: "end" }, told.high)));
    }
    parts.push(make("button", { type: "button", class: "skip", onclick: () => send({ skip: true }) }, words.skip));
    if (told.anonymous) parts.push(make("p", {}, words.anonymous));
    put(words, told.asked, ...parts);
  }

  async function go(told, answer) {
    if (busy) return;
    busy = true;
    try {
      // text/plain: a simple request, which needs no permission asked before; no cookie goes along.
      const response = await fetch(base, { method: "POST", credentials: "omit", headers: { "content-type": "text/plain" },
        body: JSON.stringify({ f: told.f, q: told.q, ...answer }) });
      if (!response.ok) throw new Error(response.status);
      ask(await response.json());
    } catch { // the question stays, to be answered again
      panel?.querySelector("[role=alert]")?.remove();
      panel?.append(make("p", { role: "alert" }, ask.words.again));
    }
    busy = false;
  }

  async function start() {
    const asked = new URLSearchParams({ l: language.slice(0, 2).replace("no", "nb"), ...(place ? { p: place } : {}) });
    const response = await fetch(`${base}?${asked}`, { credentials: "omit" }).catch(() => null);
    if (!response?.ok) return; // a site never shows that its feedback tool is away
    const told = await response.json();
    const where = into ? document.querySelector(into) : document.body;
    if (!where) return;
    if (into) host.className = "inside";
    where.append(host);
    if (into || show === "now") return ask(told);
    opener = make("button", { type: "button", class: "open", onclick: () => { opener.hidden = true; ask(told); } }, told.words.feedback);
    root.append(opener);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
