import { type Random, randomFrom } from "../random.ts";

/** Invented through and through: no such people, streets, telephone numbers or companies. */
export interface Person {
  /** Which of the shop's regulars; the same number is the same customer. */
  number: number;
  firstName: string;
  lastName: string;
  email: string;
  company: string | null;
  phone: string | null;
}

export interface Address {
  first_name: string;
  last_name: string;
  name: string;
  company: string | null;
  address1: string;
  address2: string | null;
  city: string;
  zip: string;
  province: string | null;
  province_code: string | null;
  country: string;
  country_code: string;
  phone: string | null;
}

const firstNames = [
  "Wren",
  "Tobin",
  "Ysolde",
  "Marlo",
  "Nerys",
  "Caspian",
  "Ottoline",
  "Fenn",
  "Zélie",
  "Ödine",
];
const lastNames = [
  "Quillfeather",
  "Mossgrove",
  "Tarnwick",
  "Ashpuddle",
  "Fernsby-Vole",
  "Ødegrip",
  "Lanternhill",
];
const companies = ["Thimble & Gorse Ltd", "Puddle Lane Hikers", "Nonesuch Outfitters", "Éclair Camping GmbH"];
const streets = ["Heron Row", "Nettle Lane", "Kettle Street", "Old Ropewalk", "Invented Avenue"];

const places: Record<string, { country: string; province: string | null; city: string; zip: string }> = {
  "US-TX": { country: "United States", province: "Texas", city: "Dustmere", zip: "75001" },
  "US-WA": { country: "United States", province: "Washington", city: "Port Willow", zip: "98001" },
  "US-NY": { country: "United States", province: "New York", city: "Lowbridge", zip: "10001" },
  "US-OR": { country: "United States", province: "Oregon", city: "Fernhollow", zip: "97001" },
  "CA-ON": { country: "Canada", province: "Ontario", city: "Loonwater", zip: "K1A 0B1" },
  DE: { country: "Germany", province: null, city: "Neu-Erfunden", zip: "01067" },
  FR: { country: "France", province: null, city: "Saint-Exemple", zip: "75001" },
  GB: { country: "United Kingdom", province: "England", city: "Little Nowhere", zip: "SW1A 9ZZ" },
  JP: { country: "Japan", province: "Tōkyō", city: "架空市", zip: "100-0001" },
  KW: { country: "Kuwait", province: "Al Asimah", city: "Example City", zip: "13001" },
};
// Shopify's own codes; some have no counterpart in Odoo, as in life.
const provinceCodes: Record<string, string> = { GB: "ENG", JP: "JP-13", KW: "KW-KU" };

export function personAt(number: number): Person {
  const random = randomFrom(0x5045, number);
  const firstName = random.pick(firstNames);
  const lastName = random.pick(lastNames);
  return {
    number,
    firstName,
    lastName,
    email: `${plain(firstName)}.${plain(lastName)}.${number}@example.com`,
    company: random.chance(0.15) ? random.pick(companies) : null,
    phone: random.chance(0.5) ? `+1555010${String(number % 10_000).padStart(4, "0")}` : null,
  };
}

export function addressOf(person: Person, market: string, random: Random): Address {
  const place = places[market]!;
  const [country = market, province] = market.split("-");
  return {
    first_name: person.firstName,
    last_name: person.lastName,
    name: `${person.firstName} ${person.lastName}`,
    company: person.company,
    address1: `${random.int(1, 199)} ${random.pick(streets)}`,
    address2: random.chance(0.2) ? `Flat ${random.int(1, 40)}` : null,
    city: place.city,
    zip: place.zip,
    province: place.province,
    province_code: province ?? provinceCodes[country] ?? null,
    country: place.country,
    country_code: country,
    phone: person.phone,
  };
}

function plain(name: string): string {
  const unaccented = name.normalize("NFD").replace(/[^A-Za-z]/g, "");
  return unaccented.toLowerCase();
}
