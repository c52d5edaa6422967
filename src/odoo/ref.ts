/** How Odoo answers a many2one field. */
export type Ref = [id: number, name: string] | false;

/** 0 where it is empty. */
export const idIn = (ref: unknown): number => ((ref as Ref | undefined) || [0])[0];
