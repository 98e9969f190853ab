/** A numbered step of the store's schema; applied once, in order, in a transaction of its own. */
export interface Migration {
  readonly id: number
  readonly name: string
  readonly up: string
}
