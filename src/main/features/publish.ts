/** How features tell windows that something changed. */
import type { EventName, EventPayload } from '../../shared/contract'

export type Publish = <Name extends EventName>(name: Name, payload: EventPayload<Name>) => void
