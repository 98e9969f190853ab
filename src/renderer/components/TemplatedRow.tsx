/** A prompt in its template with the response after it, as the model sees them. */

interface TemplatedRowProps {
  /** Holds {prompt} once. */
  template: string
  prompt: string
  response: string
}

export function TemplatedRow({ template, prompt, response }: TemplatedRowProps) {
  const [before = '', after = ''] = template.split('{prompt}')
  return (
    <div className="fino-templated">
      {before}
      <b>{prompt}</b>
      {after}
      <mark>{response}</mark>
    </div>
  )
}
