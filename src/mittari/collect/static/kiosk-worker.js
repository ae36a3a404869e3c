// Keeps the kiosk page on the tablet, so that it starts without a network. VERSION and FILES are written before this.
const CACHE = `kiosk-${VERSION}`;

self.addEventListener("install", (event) => {
  const fresh = FILES.map((address) => new Request(address, { cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("kiosk-") && name !== CACHE);
  event.waitUntil(
    caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))).then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  const name = address.pathname === "/kiosk" ? "/kiosk" : address.pathname + address.search;
  if (event.request.method !== "GET" || address.origin !== location.origin || !FILES.includes(name)) return;
  event.respondWith(caches.open(CACHE).then((cache) => cache.match(name)).then((kept) => kept || fetch(event.request)));
});
