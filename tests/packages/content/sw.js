// A worker that would answer for the whole origin if it could be installed.
addEventListener("fetch", (event) => event.respondWith(new Response("taken")));
