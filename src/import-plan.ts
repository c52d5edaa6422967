/**
 * An import plan: what shall stand in Odoo after this event, as data.
 * Mappings make it, an integrator's function node may change it, odoo-write applies it — as often as it likes,
 * because every record has an external id and is created once, and every step looks before it acts.
 * Field names are those of the newest Odoo; older ones are translated when it is written.
 */
export interface ImportPlan {
  kind: "import-plan";
  /** What people call it: "#1001". */
  reference: string;
  /** Where Odoo already holds a later version of this record, the plan changes nothing. */
  version?: PlanVersion;
  /** In order: a record may point to those before it. */
  records: ImportRecord[];
  /** What Odoo must say after writing; anything else is a failure that names both numbers. */
  totals?: ExpectedTotals;
  /** What is done after the records stand and the totals match, in order. */
  steps?: PlanStep[];
  /** Why an event rightly changes nothing; with no records and no steps. For people. */
  nothing?: string;
}

/** The state of the Shopify record that an event carries. */
export interface PlanVersion {
  /** What remembers it: a record of this plan, "order_5678", or a fulfillment, "fulfillment_77". */
  externalId: string;
  /** Shopify's `updated_at`, in UTC: "2026-11-24T10:00:00Z". Equal versions are applied again, older ones are not. */
  at: string;
}

export interface ImportRecord {
  /** "sale.order" */
  model: string;
  /** Name in the module `__shopify__`: "order_5678". No dots, no spaces. */
  externalId: string;
  values: Record<string, ImportValue>;
  /** One2many field → its records, created with their parent: `{ order_line: [...] }`. */
  children?: Record<string, ImportRecord[]>;
  /**
   * - `once` (default): created if it is not there; what is there stays as it is.
   * - `always`: created, or brought to these values; children that are not named stay.
   */
  write?: "once" | "always";
}

/** Text and decimals are strings, dates "YYYY-MM-DD HH:MM:SS" in UTC; null leaves the field empty on purpose. */
export type ImportValue = string | number | boolean | null | RecordReference | RecordReference[];

export type RecordReference = ExternalReference | { id: number } | FindReference;

/** Another record of a plan ("customer_7"), or with its module: "base.us". */
export interface ExternalReference {
  externalId: string;
  /** What it means that Odoo does not have it; left out, that it comes with another event. */
  missing?: MissingReason;
}

export interface MissingReason {
  class: "rejected" | "dependency";
  code: string;
  message: string;
  hint: string;
}

/** A record that must exist already. */
export interface FindReference {
  find: {
    model: string;
    /** All must hold, compared with "="; dotted paths are allowed: `{ code: "CA", "country_id.code": "US" }`. */
    where: Record<string, string | number | boolean>;
    /** When several match: refuse (default) or take the first by Odoo's own order. */
    several?: "reject" | "first";
    /**
     * When none matches: refuse with this hint (default), leave the field empty, or create this record
     * (its external id makes it one record, however many look for it at once).
     */
    missing?: MissingReason | "empty" | { create: ImportRecord };
  };
}

export interface ExpectedTotals {
  model: string;
  externalId: string;
  /** ISO 4217 */
  currency: string;
  /** Decimal text: "103.25". */
  total: string;
  tax: string;
  /** A difference up to `upTo` (decimal text, in the document's currency) becomes a visible line of this record's. */
  adjustment?: {
    upTo: string;
    /** The line without its price: `sale.order.line` with external id, product, name, quantity 1, no taxes. */
    line: ImportRecord;
    /** The field of the document that holds it: "order_line". */
    field: string;
  };
}

/**
 * A change of state that writing fields can't make. Each reads, acts only if something is left to do, and reads
 * again; doing it twice is doing it once. Orders and lines are named by external id.
 */
export type PlanStep =
  | ConfirmStep
  | CancelStep
  | InvoiceStep
  | DeliverStep
  | TrackStep
  | UndeliverStep
  | ReturnStep
  | ReduceStep
  | CreditStep
  | NoteStep
  | ArchiveStep
  | AdjustStep;

/** Confirms a quotation; one that a person cancelled stays cancelled, with a warning. Keeps its order date. */
export interface ConfirmStep {
  kind: "confirm";
  order: string;
}

/** Cancels an order with its draft invoices and open pickings; an order with validated deliveries is refused with a hint. */
export interface CancelStep {
  kind: "cancel";
  order: string;
}

/** Invoices all that is ordered and not invoiced, posts the invoice, and registers payments on it. */
export interface InvoiceStep {
  kind: "invoice";
  order: string;
  /** "YYYY-MM-DD"; null: today. */
  date: string | null;
  payments: PlanPayment[];
}

export interface PlanPayment {
  /** Unique per payment: "payment_5678_1"; stands in the payment's memo, and a payment with it is not made again. */
  externalId: string;
  /** Decimal text in the document's currency; always positive. */
  amount: string;
  journal: RecordReference;
  /** "YYYY-MM-DD" */
  date: string;
  memo: string;
}

/** Validates what left the shop; the rest stays open as a backorder. One fulfillment is one picking, once. */
export interface DeliverStep {
  kind: "deliver";
  order: string;
  /** "fulfillment_77" */
  externalId: string;
  lines: LineQuantity[];
  /** Only pickings from below this warehouse; null: any. */
  warehouseId: number | null;
  tracking: Tracking | null;
}

/** Changes the tracking of a fulfillment that was delivered. */
export interface TrackStep {
  kind: "track";
  /** "fulfillment_77" */
  externalId: string;
  order: string;
  tracking: Tracking;
}

export interface Tracking {
  /** "DHL"; looked up among Odoo's delivery carriers by name, left out where there is none. */
  company: string | null;
  numbers: string[];
  urls: string[];
}

/** A fulfillment that Shopify cancelled: what its picking delivered comes back, and is to be delivered again. */
export interface UndeliverStep {
  kind: "undeliver";
  order: string;
  /** "fulfillment_77" */
  externalId: string;
  /** What it held: by this, what a person delivered of it is found where no event has told its delivery yet. */
  lines?: LineQuantity[];
}

/** Goods that came back: a validated return of what was delivered, taken off the delivered quantity. */
export interface ReturnStep {
  kind: "return";
  order: string;
  /** "return_88" */
  externalId: string;
  lines: (LineQuantity & {
    /** Where they went; null: where they came from. */
    locationId: number | null;
  })[];
}

/** Units that will not be shipped any more: the ordered quantity becomes what was delivered plus what still will be. */
export interface ReduceStep {
  kind: "reduce";
  order: string;
  lines: { line: string; stillToShip: string }[];
}

/**
 * A posted credit note of these amounts, less what was never invoiced, linked to the order's lines and its invoice, with the
 * money paid back.
 */
export interface CreditStep {
  kind: "credit";
  order: string;
  /**
   * An `account.move` of type out_refund with its invoice_line_ids; its external id ("refund_88") makes it one. A refund
   * tells neither partner nor currency: where the record names none, they are the order's.
   */
  record: ImportRecord;
  totals: ExpectedTotals;
  payments: PlanPayment[];
  /**
   * When the refund was made, in UTC: "2026-11-24T10:00:00Z". An order that Odoo holds as of earlier may still be invoiced
   * with what was refunded, so nothing is left out before it is told; without a time, the order counts as told.
   */
  at?: string;
  /** Lines of the credit note that credit no more than was invoiced; the others are credited as they are. */
  asInvoiced?: CreditedUnits[];
  /** The line of the credit note by which less money went back than the others come to; the amount is positive. */
  keptBack?: { credit: string; amount: string };
}

/** Units that an order which is invoiced later is invoiced without: those that were refunded before they were shipped. */
export interface CreditedUnits extends LineQuantity {
  /** All units that were ever on the order line, decimal text. */
  of: string;
  /** Their lines in the credit note, by external id: the first has the quantity, others what its discount leaves. */
  credits: string[];
  /** What they come to, taxes included, and their taxes; decimal text. */
  total: string;
  tax: string;
}

/** A note in the chatter, once. */
export interface NoteStep {
  kind: "note";
  record: string;
  /** Unique: "refund_88_note". */
  externalId: string;
  text: string;
}

/** Archives a record (a deleted product, a redacted customer), or brings it back. */
export interface ArchiveStep {
  kind: "archive";
  record: string;
  active: boolean;
}

/**
 * Brings what is on hand of a product at a place to what Shopify counts, by an inventory adjustment. On hand becomes
 * `available`, plus what Odoo has set aside there for others than Shopify's orders, plus the greater of `committed` and
 * what it has set aside for those: so that Odoo, once it knows the same orders, can promise as much as Shopify does.
 */
export interface AdjustStep {
  kind: "adjust";
  product: RecordReference;
  /** stock.location; all below it counts with it. */
  locationId: number;
  /** Units that Shopify still sells; below zero it sold what it did not have. */
  available: number;
  /** Units sold in Shopify and not yet fulfilled there. */
  committed: number;
  /** Of the external ids of this shop's orders; none by default. */
  externalIdPrefix?: string;
  /** Nothing happened there: both sides are only compared, and where Odoo had another number a warning says so. */
  compared?: boolean;
}

export interface LineQuantity {
  /** External id of the order line: "line_9". */
  line: string;
  /** Decimal text, positive. */
  quantity: string;
}
