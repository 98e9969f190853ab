/** Reading a chosen file into the application, with the share that is done. */
import { useState } from 'react'
import type { FileReference } from '../../shared/contract'
import { useAction } from './action'
import { referenceTo } from './upload'

export function useReading(onReference: (reference: FileReference) => void) {
  const [reading, setReading] = useState<{ name: string; share: number } | null>(null)
  const action = useAction(async (file: File) => {
    setReading({ name: file.name, share: 0 })
    try {
      onReference(await referenceTo(file, (share) => setReading({ name: file.name, share })))
    } finally {
      setReading(null)
    }
  })
  return { reading, read: action.run, failure: action.failure }
}
