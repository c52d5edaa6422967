/** Feeds a flow from memory, so many messages at a time; `bench-end` says which of them came through. */
module.exports = (RED) => {
  const feeds = new Map();

  function Feed(config) {
    RED.nodes.createNode(this, config);
    let inFlight = 0;
    let ended = 0;
    let onEnd = () => {};
    feeds.set(config.feed, { end: () => onEnd() });
    let next = Date.now() * 1000;
    const one = (texts) => {
      inFlight++;
      const n = next++;
      const shopify = { shop: "holdfast-bench.myshopify.com", webhookId: String(n), topic: "orders/updated" };
      this.send({ topic: "orders/updated", payload: JSON.parse(texts[n % texts.length]), shopify });
    };
    /** Resolves with how many messages came through in `ms`. */
    this.run = ({ ms, atOnce, texts }) =>
      new Promise((resolve) => {
        const until = performance.now() + ms;
        ended = 0;
        let counted = 0;
        let waking = false;
        const fill = () => {
          waking = false;
          while (performance.now() < until && inFlight < atOnce) one(texts);
          if (inFlight === 0) resolve(counted);
        };
        onEnd = () => {
          inFlight--;
          ended++;
          if (performance.now() < until) counted = ended;
          if (!waking) {
            waking = true;
            setImmediate(fill);
          }
        };
        fill();
      });
    globalThis.holdfastBench ??= {};
    globalThis.holdfastBench[config.feed] = this.run;
  }

  function End(config) {
    RED.nodes.createNode(this, config);
    this.on("input", (_message, _send, done) => {
      feeds.get(config.feed).end();
      done();
    });
  }

  RED.nodes.registerType("bench-feed", Feed);
  RED.nodes.registerType("bench-end", End);
};
