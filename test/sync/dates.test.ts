import assert from "node:assert/strict";
import { odooDateTime } from "../../src/sync/dates.ts";

describe("odooDateTime", () => {
  it("says in UTC what Shopify says in the shop's time", () => {
    assert.equal(odooDateTime("2026-11-01T01:30:00-04:00"), "2026-11-01 05:30:00");
    assert.equal(odooDateTime("2026-11-01T01:30:00-05:00"), "2026-11-01 06:30:00");
    assert.equal(odooDateTime("2026-12-31T23:59:59.999-01:00"), "2027-01-01 00:59:59");
    assert.equal(odooDateTime("2026-11-02T10:15:30Z"), "2026-11-02 10:15:30");
  });

  it("takes no time that means another moment on another machine", () => {
    for (const text of [
      "2026-11-02T10:15:30",
      "2026-11-02",
      "yesterday",
      "",
      "2026-13-40T10:00:00Z",
      null,
      5,
    ])
      assert.equal(odooDateTime(text), null, String(text));
  });
});
