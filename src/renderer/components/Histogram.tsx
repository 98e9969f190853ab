/** How often each range of values occurs; what lies beyond a limit is drawn apart. */
import { useFormat } from '../lib/format'

interface HistogramProps {
  label: string
  bins: readonly { from: number; to: number; rows: number }[]
  /** Drawn as a line; bins that reach beyond it are marked. */
  limit: number
  binLabel(bin: { from: number; to: number; rows: number }): string
}

const width = 640
const height = 190
const bottom = 26
const top = 18

export function Histogram({ label, bins, limit, binLabel }: HistogramProps) {
  const format = useFormat()
  const first = bins[0]?.from ?? 0
  const last = Math.max(bins.at(-1)?.to ?? 1, first + 1)
  const most = Math.max(1, ...bins.map((bin) => bin.rows))
  const x = (value: number) => ((value - first) / (last - first)) * width
  const y = (rows: number) => top + (1 - rows / most) * (height - top - bottom)
  const limitShown = limit > first && limit < last
  const ticks = ticksBetween(first, last)
  return (
    <svg viewBox={`0 0 ${width} ${height}`} width="100%" role="img" aria-label={label} style={{ display: 'block' }}>
      <line x1={0} x2={width} y1={height - bottom} y2={height - bottom} stroke="var(--fino-line)" />
      {bins.map((bin) => (
        <rect
          key={bin.from}
          x={x(bin.from) + 1}
          width={Math.max(1, x(bin.to) - x(bin.from) - 2)}
          y={y(bin.rows)}
          height={height - bottom - y(bin.rows)}
          rx={2.5}
          fill={bin.to > limit + 1 ? 'var(--fino-warn)' : 'var(--fino-accent)'}
          opacity={bin.to > limit + 1 ? 0.75 : 0.9}
        >
          <title>{binLabel(bin)}</title>
        </rect>
      ))}
      {ticks.map((tick) => (
        <text
          key={tick}
          x={x(tick)}
          y={height - 8}
          fontSize={11}
          textAnchor={tick === first ? 'start' : tick === last ? 'end' : 'middle'}
          fill="var(--fino-soft-ink)"
        >
          {format.number(tick)}
        </text>
      ))}
      {limitShown && (
        <g>
          <line
            x1={x(limit)}
            x2={x(limit)}
            y1={4}
            y2={height - bottom}
            stroke="var(--fino-ink)"
            strokeDasharray="3 3"
          />
          <text
            x={x(limit) + (x(limit) > width - 60 ? -6 : 6)}
            y={13}
            fontSize={11}
            fontWeight={600}
            textAnchor={x(limit) > width - 60 ? 'end' : 'start'}
            fill="var(--fino-ink)"
          >
            {format.number(limit)}
          </text>
        </g>
      )}
    </svg>
  )
}

/** About six round numbers from the first to the last. */
function ticksBetween(first: number, last: number): number[] {
  const rough = (last - first) / 6
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1)))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? power
  const ticks: number[] = []
  for (let tick = Math.ceil(first / step) * step; tick <= last; tick += step) ticks.push(tick)
  return ticks
}
