/** Where Fino writes what people need only when something went wrong: standard error, never standard output. */
import pino from 'pino'

export type Log = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error'>

/** Level from FINO_LOG (debug, info, warn, error, silent); warnings and errors otherwise. */
export function createLog(level = process.env.FINO_LOG ?? 'warn'): Log {
  return pino({ level, base: null }, pino.destination({ dest: 2, sync: true }))
}
