// The little a page does by itself: the stamp grows stale, a picker submits, a table unfolds, a lost server is said.
(() => {
  "use strict";
  const STALE_AFTER = 60 * 60 * 1000;

  function age(milliseconds) {
    const minutes = Math.floor(milliseconds / 60000);
    if (minutes < 120) return `${minutes} min`;
    const hours = Math.floor(minutes / 60);
    return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
  }

  function stamp() {
    const mark = document.getElementById("stamp");
    if (!mark || !mark.dataset.loaded) return;
    const old = Date.now() - Date.parse(mark.dataset.loaded);
    mark.classList.toggle("stale", old > STALE_AFTER);
    mark.querySelector(".age").textContent = old > STALE_AFTER ? ` · ${age(old)} old` : "";
  }

  function offline(lost) {
    const banner = document.getElementById("offline");
    if (!banner || banner.hidden === !lost) return;
    banner.hidden = !lost;
    const now = new Date();
    if (lost) banner.querySelector("time").textContent = now.toTimeString().slice(0, 5);
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches("select[data-submits]") && event.target.value) event.target.form.requestSubmit();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-shows]");
    if (!button) return;
    const table = document.getElementById(button.dataset.shows);
    const hidden = table.classList.toggle("hidden");
    table.tabIndex = hidden ? -1 : 0;
    button.setAttribute("aria-expanded", String(!hidden));
    button.textContent = hidden ? "Show the numbers" : "Hide the numbers";
  });

  // What the reader has unfolded stays so when a section is put in place anew.
  const unfolded = new Set();
  document.addEventListener("toggle", (event) => {
    if (event.target.id) unfolded[event.target.open ? "add" : "delete"](event.target.id);
  }, true);
  document.addEventListener("htmx:oobAfterSwap", () => {
    for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
    stamp();
  });

  document.addEventListener("htmx:sendError", () => offline(true));
  document.addEventListener("htmx:timeout", () => offline(true));
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.xhr && event.detail.xhr.status) offline(event.detail.xhr.status >= 500);
  });

  stamp();
  setInterval(stamp, 30000);
})();
