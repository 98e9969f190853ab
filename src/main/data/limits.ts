/** How much Fino reads from one file; larger ones are refused with a sentence, not with a crash. */

export const limits = {
  fileBytes: 2_000_000_000,
  rows: 5_000_000,
  columns: 1000,
  /** A cell longer than this is taken for a quotation mark that was never closed. */
  cellCharacters: 16_000_000,
} as const
