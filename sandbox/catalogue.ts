import catalogue from "./catalogue.json" with { type: "json" };

export interface CatalogueItem {
  sku: string;
  title: string;
  price: string;
  barcode?: string;
  weight?: number;
  type: "goods" | "service";
}

/** What the invented shop sells; the real test server is seeded from the same file. */
export const shopCatalogue: readonly CatalogueItem[] = catalogue as CatalogueItem[];
