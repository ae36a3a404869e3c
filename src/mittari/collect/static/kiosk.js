// The page of a kiosk: the question, perhaps a reason, the thanks, and back to the start by itself.
(() => {
  "use strict";
  const THANKS_MS = 2200, LANGUAGE_MS = 30000, ACCESSIBLE_MS = 120000, WARN_MS = 20000, LONG_PRESS_MS = 3000;
  const REFRESH_MS = 300000, RETRY_MS = 5000;
  const MOUTHS = ["M27 72Q50 48 73 72", "M31 70Q50 56 69 70", "M32 66H68", "M28 60Q50 78 72 60", "M27 58H73Q69 82 50 82Q31 82 27 58Z"];
  const PAGES = ["ask", "why", "thanks", "message", "insecure", "no_token", "unknown", "offline", "no_storage"];
  const at = (id) => document.getElementById(id);
  let config = null, language = null, tap = null, busy = false, idle = 0, warning = 0, accessible = false, renew = false;

  function show(page) {
    for (const name of PAGES) at(name).hidden = name !== page;
    const running = ["ask", "why", "thanks"].includes(page);
    at("foot").hidden = !running;
    at("languages").hidden = page !== "ask" || !config || config.languages.length < 2;
    document.body.dataset.page = page;
    const title = at(page).querySelector("h1");
    if (title) title.focus({ preventScroll: true });
    touched();
  }

  function made(tag, text, attributes = {}) {
    const element = document.createElement(tag);
    element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  }

  function face(mood) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const part = (tag, attributes) => {
      const element = document.createElementNS(svg.namespaceURI, tag);
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      svg.append(element);
    };
    svg.setAttribute("viewBox", "0 0 100 100");
    svg.setAttribute("aria-hidden", "true");
    part("circle", { cx: 50, cy: 50, r: 49 });
    part("circle", { class: "ink", cx: 34, cy: 40, r: 6 });
    part("circle", { class: "ink", cx: 66, cy: 40, r: 6 });
    part("path", { class: mood === 4 ? "ink" : "mouth", d: MOUTHS[mood] });
    return svg;
  }

  function draw() {
    const words = config.texts[language];
    document.documentElement.lang = language;
    document.title = words.question;
    at("question").textContent = words.question;
    at("test").textContent = words.test;
    at("test").hidden = !config.is_test;
    at("anonymous").textContent = words.anonymous;
    at("device").textContent = config.device;
    for (const name of ["accessible", "contrast", "larger"]) at(name).textContent = words[name];
    at("full").textContent = words.full_screen;
    at("thanks").querySelector("h1").textContent = words.thanks;
    document.querySelector("#why .done").textContent = words.thanks;
    at("reason").textContent = words.reason;
    at("soon").querySelector("span").textContent = words.time_soon;
    at("more").textContent = words.more_time;
    drawLanguages(words);
    drawPoints(words);
    const reasons = words.reasons.map((each) => choice(each.text, () => give(each.id)));
    at("reasons").replaceChildren(...reasons, choice(words.no_more, () => give(null), "quiet"));
  }

  function drawLanguages(words) {
    at("languages").setAttribute("aria-label", words.language);
    at("languages").replaceChildren(...config.languages.map(({ tag, name }) => {
      const button = made("button", name, { type: "button", lang: tag, "aria-pressed": String(tag === language) });
      button.addEventListener("click", () => { language = tag; draw(); touched(); focusOn(`#languages [lang="${tag}"]`); });
      return button;
    }));
  }

  // Faces stand from very good to very poor; numbers as on any scale.
  function drawPoints(words) {
    const faces = config.moods.length > 0, count = config.high - config.low + 1;
    let points = Array.from({ length: count }, (_, place) => ({ score: config.low + place, mood: config.moods[place], word: words.points[place] }));
    if (faces) points = points.reverse();
    at("points").className = faces ? `faces of${count}` : count > 7 ? "numbers many" : "numbers";
    at("points").replaceChildren(...points.map(({ score, mood, word }, place) => {
      const end = score === config.low ? words.ends[0] : score === config.high ? words.ends[1] : "";
      const button = made("button", "", { type: "button", "data-score": score });
      if (faces) {
        button.className = `face f${mood}`;
        button.append(face(mood), made("span", word));
        button.append(made("kbd", String(place + 1), { "aria-hidden": "true" }));
      } else {
        button.append(made("span", word || String(score)));
        if (end && !word) button.setAttribute("aria-label", `${score}, ${end}`);
      }
      button.addEventListener("click", () => press(score));
      return button;
    }));
    at("ends").hidden = faces || config.kind === "resolved" || !words.ends[0];
    at("ends").replaceChildren(made("span", `${config.low} = ${words.ends[0]}`), made("span", `${config.high} = ${words.ends[1]}`));
  }

  function choice(text, act, kind = "") {
    const button = made("button", text, { type: "button" });
    button.className = kind;
    button.addEventListener("click", act);
    return button;
  }

  // Thanks are said only once the disk has the tap.
  async function press(score) {
    if (busy || document.body.dataset.page !== "ask") return;
    busy = true;
    at("problem").textContent = "";
    const held = config.low_points.includes(score) && config.texts[language].reasons.length > 0;
    try {
      const n = await kioskQueue.add({ device: config.device, score, scale: [config.low, config.high], reason: null, language, held });
      tap = held ? n : null;
      show(held ? "why" : "thanks");
    } catch {
      at("problem").textContent = config.texts[language].not_stored;
    }
    busy = false;
  }

  async function give(reason) {
    if (tap === null) return;
    const n = tap;
    tap = null;
    await kioskQueue.release(n, reason).catch(() => {});
    show("thanks");
  }

  function home() {
    if (tap !== null) kioskQueue.release(tap, null).catch(() => {});
    tap = null;
    if (renew) { location.reload(); return; }
    if (kioskQueue.state.trust !== "ok") distrusted(kioskQueue.state.trust);
    else show(config.open ? "ask" : "message");
  }

  // Whatever somebody does begins the time until the page goes back anew.
  function touched() {
    clearTimeout(idle);
    clearTimeout(warning);
    at("soon").hidden = true;
    const page = document.body.dataset.page;
    if (page === "thanks") idle = setTimeout(home, accessible ? 2 * THANKS_MS : THANKS_MS);
    if (page === "why" && accessible) {
      warning = setTimeout(() => { at("soon").hidden = false; }, ACCESSIBLE_MS - WARN_MS);
      idle = setTimeout(home, ACCESSIBLE_MS);
    } else if (page === "why") idle = setTimeout(home, config.idle_s * 1000);
    if (page === "ask") idle = setTimeout(forget, accessible ? ACCESSIBLE_MS : LANGUAGE_MS);
  }

  // The next visitor finds the first language, and no mode of the one before.
  function forget() {
    if (renew) { location.reload(); return; }
    const first = config.languages[0].tag;
    if (accessible || language !== first) {
      set("accessible", false);
      language = first;
      draw();
    }
  }

  function set(name, on) {
    at(name).setAttribute("aria-pressed", String(on));
    document.body.classList.toggle(name, on);
    if (name !== "accessible") return;
    accessible = on;
    for (const other of ["contrast", "larger"]) {
      at(other).hidden = !on;
      if (!on) set(other, false);
    }
    touched();
  }

  function focusOn(selector) {
    const found = document.querySelector(selector);
    if (found) found.focus();
  }

  function keyed(event) {
    touched();
    const page = document.body.dataset.page;
    const buttons = [...document.querySelectorAll(page === "why" ? "#reasons button" : "#points button")];
    if (at("diagnosis").open || event.ctrlKey || event.altKey || event.metaKey || !["ask", "why"].includes(page)) return;
    if (/^[0-9]$/.test(event.key) && !event.repeat) {
      const byScore = page === "ask" && !config.moods.length;
      const chosen = byScore ? buttons.find((each) => each.dataset.score === event.key) : buttons[event.key - 1];
      if (chosen) chosen.click();
    }
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) {
      const place = buttons.indexOf(document.activeElement);
      buttons[place < 0 ? (step > 0 ? 0 : buttons.length - 1) : (place + step + buttons.length) % buttons.length].focus();
      event.preventDefault();
    }
    if (event.key === "Escape" && page === "why") give(null);
  }

  async function diagnose() {
    const words = (config && config.texts[language]) || {}, sent = kioskQueue.state.lastSent;
    const rows = [
      [words.device || "Device", config ? `${config.device} · ${config.survey}` : "–"],
      [words.version || "Version", document.body.dataset.version],
      [words.waiting || "Waiting", await kioskQueue.waiting()],
      [words.aside || "Aside", await kioskQueue.aside()],
      [words.last_sent || "Last sent", sent ? new Date(sent).toLocaleString(language || "en") : words.never || "never"],
    ];
    at("diagnosis").querySelector("h1").textContent = words.diagnosis || "Diagnosis";
    at("diagnosis").querySelector("dl").replaceChildren(...rows.flatMap(([name, value]) => [made("dt", name), made("dd", String(value))]));
    at("diagnosis").querySelector("button").textContent = words.close || "Close";
    at("diagnosis").showModal();
  }

  function listen() {
    let pressed = 0;
    at("corner").addEventListener("pointerdown", () => { pressed = setTimeout(diagnose, LONG_PRESS_MS); });
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) at("corner").addEventListener(end, () => clearTimeout(pressed));
    at("diagnosis").querySelector("button").addEventListener("click", () => at("diagnosis").close());
    for (const name of ["accessible", "contrast", "larger"])
      at(name).addEventListener("click", () => set(name, at(name).getAttribute("aria-pressed") !== "true"));
    at("more").addEventListener("click", () => { touched(); at("reason").focus(); });
    at("full").addEventListener("click", () => document.documentElement.requestFullscreen().catch(() => {}));
    const full = () => { at("full").hidden = !document.fullscreenEnabled || Boolean(document.fullscreenElement) || matchMedia("(display-mode: fullscreen)").matches; };
    document.addEventListener("fullscreenchange", full);
    full();
    document.addEventListener("keydown", keyed);
    document.addEventListener("pointerdown", touched);
    document.addEventListener("contextmenu", (event) => event.preventDefault());
    addEventListener("hashchange", () => location.reload());
  }

  function awake() {
    if (navigator.wakeLock && document.visibilityState === "visible") navigator.wakeLock.request("screen").catch(() => {});
  }

  function installed() {
    const worker = navigator.serviceWorker;
    if (!worker) return;
    const had = Boolean(worker.controller);
    worker.addEventListener("controllerchange", () => { renew = had; });
    worker.register("/kiosk-worker.js", { scope: "/kiosk" }).then((own) => setInterval(() => own.update().catch(() => {}), 3600000)).catch(() => {});
  }

  // The token of the address is kept on the device and taken out of the address, so that nobody reads it off.
  async function tokenOfAddress() {
    const token = /^#(mitd_[\w-]{10,100})$/.exec(location.hash);
    if (token) await kioskQueue.keep({ new_token: token[1] });
    if (location.hash) history.replaceState(null, "", "/kiosk");
  }

  async function ask(token) {
    const answer = await fetch("/api/v1/device", { headers: { authorization: `Bearer ${token}` }, cache: "no-store", signal: AbortSignal.timeout(10000) });
    return { status: answer.status, found: answer.ok ? await answer.json() : null };
  }

  async function refresh() {
    const fresh = await kioskQueue.kept("new_token"), tokens = (await kioskQueue.kept("tokens")) || {}, device = await kioskQueue.kept("device");
    const token = fresh || tokens[device];
    if (!token) { if (!config) show("no_token"); return REFRESH_MS; }
    const { status, found } = await ask(token).catch(() => ({ status: 0 }));
    if (found) {
      await kioskQueue.keep({ tokens: { ...tokens, [found.device]: token }, device: found.device, config: found, new_token: null });
      kioskQueue.state.trust = "ok";
      take(found);
      if (fresh) kioskQueue.now();
    } else if (status === 401 || status === 403) distrusted(status === 401 ? "unknown" : "revoked");
    else if (!config) show("offline");
    return config && !fresh ? REFRESH_MS : RETRY_MS;
  }

  function distrusted(trust) {
    if (trust === "revoked" && config) tell(config.texts[language].revoked, config.texts[language].revoked_text);
    else show("unknown");
  }

  function tell(title, text) {
    at("message").querySelector("h1").textContent = title;
    at("message").querySelector("p").textContent = text;
    show("message");
  }

  function take(found) {
    const same = config && JSON.stringify(config) === JSON.stringify(found);
    const page = document.body.dataset.page;
    if (same && ["ask", "why", "thanks"].includes(page)) return;
    config = found;
    if (!config.texts[language]) language = config.languages[0].tag;
    draw();
    if (!config.open) tell(config.texts[language].closed, config.texts[language].closed_text);
    else if (!["why", "thanks"].includes(page)) show("ask");
  }

  async function keepFresh() {
    const next = await refresh().catch(() => RETRY_MS);
    setTimeout(keepFresh, next);
  }

  async function begin() {
    if (!isSecureContext) { show("insecure"); return; }
    try {
      await kioskQueue.open();
      await kioskQueue.keep({ begun: Date.now() });
    } catch { show("no_storage"); return; }
    installed();
    listen();
    awake();
    document.addEventListener("visibilitychange", awake);
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => {});
    await tokenOfAddress();
    const kept = await kioskQueue.kept("config");
    if (kept) take(kept);
    await kioskQueue.start((state) => { if (state.trust !== "ok" && document.body.dataset.page === "ask") distrusted(state.trust); });
    keepFresh();
  }

  begin();
})();
