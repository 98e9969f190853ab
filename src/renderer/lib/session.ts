/** What every screen may know about where it runs and what the person prefers. */
import { createContext, useContext } from 'react'
import type { CommandOutput, Settings } from '../../shared/contract'

export interface Session {
  host: CommandOutput<'host:describe'>
  settings: Settings
  changeSettings(change: Partial<Settings>): Promise<void>
}

export const SessionContext = createContext<Session | null>(null)

export function useSession(): Session {
  const session = useContext(SessionContext)
  if (session === null) throw new Error('useSession: needs a SessionContext above it')
  return session
}
