/** The page's content security policy forbids `eval`; the schema library must know before the first schema is made. */
import { config } from 'zod'

config({ jitless: true })
