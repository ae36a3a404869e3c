// The taps of a kiosk: on the disk of the device before anybody is thanked, then sent until the server has confirmed each.
const kioskQueue = (() => {
  "use strict";
  const BATCH = 500, TIMEOUT_MS = 20000, HEARTBEAT_MS = 60000, LONGEST_WAIT_MS = 30000, REFUSED_WAIT_MS = 600000;
  const JUMP_MS = 2000, SLEEP_AT_MOST_MS = 30 * 86400000;
  let db, size = BATCH, failures = 0, timer = 0, sending = false, more = false, hurry = false, offset = 0, wasHidden = false, told = () => {};
  const state = { trust: "ok", lastSent: null };

  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  function open() {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open("mittari-kiosk", 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("taps", { keyPath: "n", autoIncrement: true });
        request.result.createObjectStore("aside", { keyPath: "key" });
        request.result.createObjectStore("kept");
      };
      request.onsuccess = () => { db = request.result; resolve(); };
      request.onerror = () => reject(request.error);
    });
  }

  // Runs `work` in one transaction; what it returns is given back once the disk has everything.
  function writing(stores, work) {
    return new Promise((resolve, reject) => {
      const all = db.transaction(stores, "readwrite", { durability: "strict" });
      let result;
      all.oncomplete = () => resolve(result);
      all.onabort = () => reject(all.error);
      result = work((name) => all.objectStore(name));
    });
  }

  const kept = (name) => asked(db.transaction("kept").objectStore("kept").get(name));
  const keep = (values) => writing(["kept"], (store) => Object.entries(values).forEach(([name, value]) => store("kept").put(value, name)));
  const waiting = () => asked(db.transaction("taps").objectStore("taps").count());
  const aside = () => asked(db.transaction("aside").objectStore("aside").count());

  // The wall clock of a tablet may be set while taps wait: they then move with it, so that their ages stay right.
  function watchClock() {
    const now = Date.now() - performance.now(), jump = now - offset, hidden = wasHidden;
    offset = now;
    wasHidden = document.hidden;
    if (Math.abs(jump) < JUMP_MS) return;
    // A tablet that slept wakes with a later clock, and its taps are older by that: nothing was set.
    if (jump > 0 && jump < SLEEP_AT_MOST_MS && (hidden || wasHidden)) return;
    move(jump);
  }

  function move(by) {
    writing(["taps"], (store) => {
      store("taps").openCursor().onsuccess = (event) => {
        const cursor = event.target.result;
        if (!cursor) return;
        cursor.update({ ...cursor.value, at: cursor.value.at + by });
        cursor.continue();
      };
    }).catch(() => {});
  }

  // A clock that has gone back over a restart, as one without a battery does, goes on from where it was.
  async function start(listener) {
    told = listener;
    offset = Date.now() - performance.now();
    const before = await kept("clock");
    if (before && Date.now() < before - JUMP_MS) move(Date.now() - before);
    await writing(["taps"], (store) => {
      store("taps").openCursor().onsuccess = (event) => {
        const cursor = event.target.result;
        if (!cursor) return;
        if (cursor.value.held) cursor.update({ ...cursor.value, held: false });
        cursor.continue();
      };
    });
    setInterval(watchClock, 1000);
    addEventListener("online", () => { failures = 0; wake(0); });
    document.addEventListener("visibilitychange", () => { wasHidden = true; });
    wake(0);
  }

  // Resolves with the number of the tap once it is on disk. A held one waits for its reason before it is sent.
  async function add(tap) {
    watchClock();
    const whole = { ...tap, key: crypto.randomUUID(), at: Date.now() };
    let request;
    await writing(["taps", "kept"], (store) => {
      request = store("taps").add(whole);
      store("kept").put(whole.at, "clock");
    });
    if (!tap.held) wake(0);
    return request.result;
  }

  async function release(n, reason) {
    await writing(["taps"], (store) => {
      store("taps").get(n).onsuccess = (event) => {
        if (event.target.result) store("taps").put({ ...event.target.result, held: false, reason });
      };
    });
    wake(0);
  }

  function wake(after) {
    if (sending) more = true; // it came too late for the batch under way
    if (sending || (failures && timer)) return; // the next try is due soon; a tap does not hurry it
    clearTimeout(timer);
    timer = setTimeout(send, after);
  }

  async function send() {
    timer = 0;
    if (sending) return;
    sending = true;
    more = hurry = false;
    let next = HEARTBEAT_MS;
    try {
      next = await sendBatch();
      failures = 0;
      if (more && state.trust === "ok") next = 0;
    } catch (error) {
      failures += 1;
      const longest = Math.min(LONGEST_WAIT_MS, 1000 * 2 ** Math.min(failures, 5));
      next = error.retryAfter ? error.retryAfter * 1000 * (1 + Math.random()) : longest * (0.5 + Math.random() / 2);
    }
    if (hurry) next = 0; // a new token came while the old one was tried
    sending = false;
    clearTimeout(timer);
    timer = setTimeout(send, next);
    told(state);
  }

  // One request; resolves with the milliseconds until the next.
  async function sendBatch() {
    watchClock();
    const tokens = (await kept("tokens")) || {}, current = await kept("device");
    const first = await asked(db.transaction("taps").objectStore("taps").getAll(null, size + 1));
    const ready = first.filter((tap) => !tap.held && tokens[tap.device]);
    const device = ready.length ? ready[0].device : current;
    if (!device) return HEARTBEAT_MS;
    const batch = ready.filter((tap) => tap.device === device).slice(0, size);
    const taps = batch.map(({ key, at, score, scale, reason, language }) => ({ key, at, score, scale, reason, language }));
    const body = { sent_at: Date.now(), waiting: await waiting(), aside: await aside(), version: document.body.dataset.version, taps };
    const answer = await post(tokens[device], body);
    if (answer.status === 401 || answer.status === 403) {
      state.trust = answer.status === 401 ? "unknown" : "revoked";
      return REFUSED_WAIT_MS;
    }
    if ([400, 413, 422].includes(answer.status) && batch.length) return splitOrPutAside(batch, (await answer.json()).error);
    if (!answer.ok) throw Object.assign(new Error(), { retryAfter: Number(answer.headers.get("retry-after")) || 0 });
    const { accepted, refused } = await answer.json();
    if (!Array.isArray(accepted)) throw new Error();
    await settle(batch, new Set(accepted), new Map(refused.map((each) => [each.key, each.why])));
    state.trust = "ok";
    state.lastSent = Date.now();
    size = Math.min(BATCH, size * 2);
    return ready.length > batch.length ? 0 : HEARTBEAT_MS;
  }

  async function post(token, body) {
    const giveUp = new AbortController(), clock = setTimeout(() => giveUp.abort(), TIMEOUT_MS);
    try {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const answer = await fetch("/api/v1/taps", { method: "POST", headers, body: JSON.stringify(body), signal: giveUp.signal, cache: "no-store" });
      const text = await answer.text(); // within the same time
      return { ok: answer.ok, status: answer.status, headers: answer.headers, json: async () => JSON.parse(text) };
    } finally {
      clearTimeout(clock);
    }
  }

  // A batch that is refused as a whole is halved, until the tap at fault stands alone and is put aside.
  async function splitOrPutAside(batch, why) {
    if (batch.length === 1) await settle(batch, new Set(), new Map([[batch[0].key, String(why)]]));
    size = Math.max(1, Math.floor(batch.length / 2));
    return 0;
  }

  const settle = (batch, accepted, refused) => writing(["taps", "aside"], (store) => {
    for (const tap of batch) {
      if (refused.has(tap.key)) store("aside").put({ ...tap, why: refused.get(tap.key) });
      if (accepted.has(tap.key) || refused.has(tap.key)) store("taps").delete(tap.n);
    }
  });

  return { open, start, add, release, kept, keep, waiting, aside, state, now: () => { failures = 0; hurry = true; wake(0); } };
})();
