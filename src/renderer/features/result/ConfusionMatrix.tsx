/** Your labels against the model's, as a table of buttons: each cell opens the texts behind its number. */
import { UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ClassificationMetrics } from '../../../shared/result'
import { useFormat } from '../../lib/format'
import { CellDrawer } from './CellDrawer'

export interface Cell {
  target: string
  predicted: string
}

export function ConfusionMatrix({ runId, metrics }: { runId: string; metrics: ClassificationMetrics }) {
  const { t } = useTranslation()
  const format = useFormat()
  const [opened, setOpened] = useState<Cell | null>(null)
  const labels = metrics.perClass.map(({ label }) => label)
  return (
    <div className="fino-scroll">
      <table className="fino-confusion" aria-label={t('result.confusion')}>
        <thead>
          <tr>
            <td />
            <th scope="colgroup" colSpan={labels.length} style={{ fontWeight: 400 }}>
              {t('result.models')}
            </th>
          </tr>
          <tr>
            <th scope="col" style={{ fontWeight: 400 }}>
              {t('result.yours')}
            </th>
            {labels.map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {metrics.confusion.map((row, rowIndex) => {
            const target = labels[rowIndex] ?? ''
            const all = row.reduce((sum, rows) => sum + rows, 0)
            return (
              <tr key={target}>
                <th scope="row">{target}</th>
                {row.map((rows, columnIndex) => {
                  const predicted = labels[columnIndex] ?? ''
                  const share = all === 0 ? 0 : rows / all
                  return (
                    <td key={predicted}>
                      <UnstyledButton
                        className="fino-cell"
                        data-empty={rows === 0}
                        disabled={rows === 0}
                        style={ground(share, rowIndex === columnIndex)}
                        aria-label={t('result.cell', { rows: format.number(rows), target, predicted })}
                        onClick={() => setOpened({ target, predicted })}
                      >
                        {rows === 0 ? '·' : format.number(rows)}
                      </UnstyledButton>
                    </td>
                  )
                })}
              </tr>
            )
          })}
        </tbody>
      </table>
      <CellDrawer runId={runId} cell={opened} onClose={() => setOpened(null)} />
    </div>
  )
}

/**
 * Right answers in the accent colour, errors in brick; the stronger, the larger the share of the label's texts. Only on
 * the strongest brick does the ink of the page read badly, in either scheme.
 */
function ground(share: number, right: boolean) {
  if (share === 0) return { background: 'var(--fino-sunken)' }
  const strength = right ? 10 + share * 50 : 10 + share * 75
  const colour = right ? 'var(--fino-accent)' : 'var(--fino-bad)'
  return {
    background: `color-mix(in srgb, ${colour} ${strength.toFixed(0)}%, var(--fino-card))`,
    color: !right && strength > 60 ? 'var(--fino-card)' : undefined,
  }
}
