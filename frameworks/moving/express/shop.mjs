// The shop as it was: `node shop.mjs REDIS_URL SECRET` says its port on a line of its own, and ends with its input.
import { RedisStore } from "connect-redis";
import express from "express";
import session from "express-session";
import { createClient } from "redis";

const [url, secret] = process.argv.slice(2);
const client = createClient({ url });
await client.connect();

const app = express();
app.use(session({ store: new RedisStore({ client }), secret, resave: false, saveUninitialized: false }));
app.get("/begin/:user", (request, response) => {
    request.session.shop = { user: Number(request.params.user), cart: ["pear"] };
    response.end();
});
app.get("/shop", (request, response) => response.json(request.session.shop ?? null));

const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit()).resume();
