// The little a page does by itself: the stamp grows stale, a picker submits, a table unfolds, a lost server is said.
(() => {
  "use strict";
  const STALE_AFTER = 60 * 60 * 1000;

  function age(milliseconds, day) {
    const minutes = Math.floor(milliseconds / 60000);
    if (minutes < 120) return `${minutes} min`;
    const hours = Math.floor(minutes / 60);
    return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} ${day}`;
  }

  function stamp() {
    const mark = document.getElementById("stamp");
    if (!mark || !mark.dataset.loaded) return;
    const old = Date.now() - Date.parse(mark.dataset.loaded);
    mark.classList.toggle("stale", old > STALE_AFTER);
    const said = () => mark.dataset.old.replace("{age}", age(old, mark.dataset.day));
    mark.querySelector(".age").textContent = old > STALE_AFTER ? ` · ${said()}` : "";
  }

  function offline(lost) {
    const banner = document.getElementById("offline");
    if (!banner || banner.hidden === !lost) return;
    banner.hidden = !lost;
    const written = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    if (lost) banner.querySelector("time").textContent = new Date().toLocaleTimeString(document.documentElement.lang, written);
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches("select[data-submits]") && event.target.value) event.target.form.requestSubmit();
  });

  function show(button, shown) {
    const table = document.getElementById(button.dataset.shows);
    table.classList.toggle("hidden", !shown);
    table.tabIndex = shown ? 0 : -1;
    button.setAttribute("aria-expanded", String(shown));
    button.textContent = shown ? button.dataset.hide : button.dataset.show;
  }

  // What the reader has unfolded stays so when a part is put in place anew.
  const unfolded = new Set();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-shows]");
    if (!button) return;
    const shown = button.getAttribute("aria-expanded") !== "true";
    unfolded[shown ? "add" : "delete"](button.dataset.shows);
    show(button, shown);
  });
  document.addEventListener("toggle", (event) => {
    if (event.target.id) unfolded[event.target.open ? "add" : "delete"](event.target.id);
  }, true);
  document.addEventListener("htmx:oobAfterSwap", () => {
    for (const id of unfolded) {
      document.querySelector(`details[id="${id}"]`)?.setAttribute("open", "");
      const button = document.querySelector(`button[data-shows="${id}"][aria-expanded="false"]`);
      if (button) show(button, true);
    }
    stamp();
  });

  // A card that says something else than before is marked for a second; nothing is announced.
  const MARKED_FOR = 1000;
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    if (!target.matches(".card") || target.textContent.trim() === fragment.textContent.trim()) return;
    const mark = (on) => document.getElementById(target.id)?.classList.toggle("changed", on);
    setTimeout(mark, 50, true); // after htmx has settled the attributes of the new card
    setTimeout(mark, 50 + MARKED_FOR, false);
  });

  // Changed parts come over a stream. A page that cannot have one asks now and then.
  const ASK_EVERY = 10000, PATIENCE = 2000, RETRY_AFTER = 3000, FEW = 3;
  const streamAddress = document.getElementById("live")?.dataset.stream;
  let stream, lost, asking, again, last, failures = 0;

  function ask() {
    htmx.trigger("#live", "ask");
  }

  function connected() {
    failures = 0;
    clearTimeout(lost);
    clearInterval(asking);
    lost = asking = undefined;
    offline(false);
  }

  function disconnected() {
    if (stream.readyState === EventSource.CLOSED) {
      failures += 1;
      again = setTimeout(connect, RETRY_AFTER * Math.min(failures, 10));
    }
    if (failures >= FEW && !asking) asking = setInterval(ask, ASK_EVERY);
    if (!asking) lost = lost || setTimeout(offline, PATIENCE, true);
  }

  function connect() {
    const address = new URL(streamAddress, location.href);
    if (last) address.searchParams.set("last", last);
    stream = new EventSource(address);
    stream.addEventListener("open", connected);
    stream.addEventListener("error", disconnected);
    stream.addEventListener("parts", (event) => {
      last = event.lastEventId;
      document.getElementById("live").dataset.last = last;
      htmx.swap(document.body, event.data, { swapStyle: "none" });
    });
  }

  // A page that nobody sees holds no connection: a browser has six for one server.
  function watch() {
    clearTimeout(again);
    clearTimeout(lost);
    lost = undefined;
    if (stream) stream.close();
    stream = undefined;
    if (!document.hidden) connect();
  }

  if (streamAddress && window.EventSource) {
    document.addEventListener("visibilitychange", watch);
    window.addEventListener("pagehide", () => stream && stream.close());
    window.addEventListener("pageshow", (event) => event.persisted && watch());
    watch();
  } else if (streamAddress) {
    asking = setInterval(ask, ASK_EVERY);
  }

  document.addEventListener("htmx:sendError", () => offline(true));
  document.addEventListener("htmx:timeout", () => offline(true));
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.xhr && event.detail.xhr.status) offline(event.detail.xhr.status >= 500);
  });

  stamp();
  setInterval(stamp, 30000);
})();
