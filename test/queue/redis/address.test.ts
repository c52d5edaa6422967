import assert from "node:assert/strict";
import { addressesOf, placesOf, type RedisServer } from "../../../src/queue/redis/address.ts";

describe("the address of a Redis server", () => {
  it("says host, port, TLS, user and password", () => {
    assert.deepEqual(addressesOf({ url: "rediss://ann:p%40ss@cache.example.com:6380/2" }), [
      { host: "cache.example.com", port: 6380, tls: true, username: "ann", password: "p@ss", db: 2 },
    ]);
    assert.deepEqual(addressesOf({ url: "redis://[::1]" }), [{ host: "::1", port: 6379, tls: false }]);
  });

  it("may be several of a Cluster or of Sentinels, whose port is another", () => {
    assert.deepEqual(
      addressesOf({ mode: "cluster", url: "10.0.0.1, 10.0.0.2:7000" }).map(
        ({ host, port }) => `${host}:${port}`,
      ),
      ["10.0.0.1:6379", "10.0.0.2:7000"],
    );
    const sentinel: RedisServer = { mode: "sentinel", url: "10.0.0.1", masterName: "mymaster" };
    assert.equal(placesOf(sentinel), "10.0.0.1:26379");
  });

  it("is shown without what is secret", () => {
    assert.equal(placesOf({ url: "redis://ann:secret@10.0.0.1" }), "10.0.0.1:6379");
  });

  const refused: Record<string, RedisServer> = {
    nothing: { url: "" },
    "another scheme": { url: "http://secret@10.0.0.1" },
    "two for one server": { url: "redis://a:secret@10.0.0.1, redis://10.0.0.2" },
    "Sentinels without a master": { mode: "sentinel", url: "10.0.0.1" },
    nonsense: { url: "redis://secret:secret:secret@" },
  };
  for (const [what, server] of Object.entries(refused))
    it(`is refused in words: ${what}`, () => {
      assert.throws(
        () => addressesOf(server),
        (error: Error & { failure: { code: string } }) =>
          error.failure.code === "bad_redis_url" && !error.message.includes("secret"),
      );
    });
});
