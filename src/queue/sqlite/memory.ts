/**
 * What the queue's thread knows by heart of what the database holds. It belongs to the transaction under way: what is
 * rolled back there is taken back here.
 */
export interface Memory {
  map<K, V>(): RememberedMap<K, V>;
  /** How far the transaction is, for `undo`. */
  mark(): number;
  /** Takes back what was put since then. */
  undo(mark: number): void;
  /** The transaction is on disk: nothing of it can be taken back any more. */
  keep(): void;
}

export interface RememberedMap<K, V> {
  get(key: K): V | undefined;
  /** What was there before the transaction, so it is never taken back. */
  fill(key: K, value: V): void;
  /** `undefined` forgets the key. */
  put(key: K, value: V | undefined): void;
  entries(): Iterable<[K, V]>;
  size(): number;
}

export function createMemory(): Memory {
  const undoing: (() => void)[] = [];
  return {
    map: <K, V>(): RememberedMap<K, V> => {
      const map = new Map<K, V>();
      const write = (key: K, value: V | undefined) => {
        if (value === undefined) map.delete(key);
        else map.set(key, value);
      };
      return {
        get: (key) => map.get(key),
        fill: (key, value) => void map.set(key, value),
        put: (key, value) => {
          const before = map.get(key);
          undoing.push(() => write(key, before));
          write(key, value);
        },
        entries: () => map.entries(),
        size: () => map.size,
      };
    },
    mark: () => undoing.length,
    undo: (mark) => {
      while (undoing.length > mark) undoing.pop()!();
    },
    keep: () => {
      undoing.length = 0;
    },
  };
}
