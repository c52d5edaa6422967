import type { TaxRate } from "./cart.ts";

/** Where the shop sells: the currency the buyer sees, and how taxes work there. */
export interface Market {
  country: string;
  currency: string;
  /** From the shop's currency. */
  exchangeRate: string;
  taxesIncluded: boolean;
  /** One of these for each line. */
  taxes: TaxRate[][];
  duties: boolean;
  /** How many orders in a hundred come from here. */
  weight: number;
}

const texas: TaxRate = { title: "Texas State Tax", rate: "0.0825" };
const washington: TaxRate = { title: "Washington State Tax", rate: "0.1" };
const city: TaxRate = { title: "Harbour District Tax", rate: "0.05" };
const germany: TaxRate = { title: "DE VAT", rate: "0.19" };
const germanyReduced: TaxRate = { title: "DE VAT", rate: "0.07" };
const france: TaxRate = { title: "FR VAT", rate: "0.2" };
const britain: TaxRate = { title: "GB VAT", rate: "0.2" };

function market(
  country: string,
  currency: string,
  exchangeRate: string,
  weight: number,
  rest: Partial<Market>,
): Market {
  return {
    country,
    currency,
    exchangeRate,
    taxesIncluded: false,
    taxes: [[]],
    duties: false,
    weight,
    ...rest,
  };
}

export const shopCurrency = "USD";

export const markets: readonly Market[] = [
  market("US-TX", "USD", "1", 26, { taxes: [[texas]] }),
  market("US-WA", "USD", "1", 14, { taxes: [[washington]] }),
  market("US-NY", "USD", "1", 12, { taxes: [[city, texas], [city]] }),
  market("US-OR", "USD", "1", 8, {}),
  market("CA-ON", "USD", "1", 4, { taxes: [[city]], duties: true }),
  market("DE", "EUR", "0.92", 12, { taxes: [[germany], [germany], [germanyReduced]], taxesIncluded: true }),
  market("FR", "EUR", "0.92", 7, { taxes: [[france]], taxesIncluded: true }),
  market("GB", "GBP", "0.79", 7, { taxes: [[britain]], taxesIncluded: true }),
  market("JP", "JPY", "154.37", 6, { duties: true }),
  market("KW", "KWD", "0.3075", 4, {}),
];
