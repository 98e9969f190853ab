/** What every screen may know about where it runs and what the person prefers. */
import { createContext, type ReactNode, useContext } from 'react'
import type { CommandOutput, Settings } from '../../shared/contract'

export interface Session {
  host: CommandOutput<'host:describe'>
  settings: Settings
  changeSettings(change: Partial<Settings>): Promise<void>
}

const SessionContext = createContext<Session | null>(null)

export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  return <SessionContext value={session}>{children}</SessionContext>
}

export function useSession(): Session {
  const session = useContext(SessionContext)
  if (session === null) throw new Error('useSession: needs a SessionProvider above it')
  return session
}
