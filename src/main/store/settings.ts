/** What the person set, by name. */
import { type Settings, settingsSchema } from '../../shared/contract'
import type { Database } from './database'

const defaults: Settings = { language: 'system', colorScheme: 'auto', backend: 'auto' }

export interface SettingsStore {
  get(): Settings
  set(changes: { readonly [Name in keyof Settings]?: Settings[Name] | undefined }): Settings
}

export function createSettingsStore(database: Database): SettingsStore {
  const select = database.prepare<[], { name: string; value: string }>('SELECT name, value FROM settings')
  const upsert = database.prepare('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)')
  const get = (): Settings => {
    const stored = Object.fromEntries(select.all().map(({ name, value }) => [name, JSON.parse(value)]))
    // A value that this version does not know (written by a newer one) counts as not set.
    const known = settingsSchema.partial().safeParse(stored)
    return known.success ? { ...defaults, ...stored } : defaults
  }
  return {
    get,
    set(changes) {
      database.transaction(() => {
        for (const [name, value] of Object.entries(changes)) {
          if (value !== undefined) upsert.run(name, JSON.stringify(value))
        }
      })()
      return get()
    },
  }
}
