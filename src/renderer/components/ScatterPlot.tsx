/** Two numbers of each row as a dot; on the diagonal they are equal. */
import { useElementSize } from '@mantine/hooks'
import { useFormat } from '../lib/format'
import { roundTicks } from '../lib/scale'

interface ScatterPlotProps {
  label: string
  xLabel: string
  yLabel: string
  /** `title` is shown where the pointer rests. */
  points: readonly { key: number; x: number; y: number; title: string }[]
}

const height = 340
const left = 54
const right = 14
const top = 12
const bottom = 44

export function ScatterPlot({ label, xLabel, yLabel, points }: ScatterPlotProps) {
  const format = useFormat()
  const { ref, width } = useElementSize()
  const values = points.flatMap(({ x, y }) => [x, y])
  const ticks = values.length === 0 ? [0, 1] : roundTicks(Math.min(...values), Math.max(...values), 5)
  const low = ticks[0] ?? 0
  const high = ticks.at(-1) ?? 1
  const across = (value: number) => left + ((value - low) / (high - low)) * Math.max(0, width - left - right)
  const up = (value: number) => height - bottom - ((value - low) / (high - low)) * (height - top - bottom)
  return (
    <div ref={ref} style={{ height }}>
      <svg width={width} height={height} role="img" aria-label={label} style={{ display: 'block' }}>
        {ticks.map((tick) => (
          <g key={tick} fontSize={11} fill="var(--fino-soft-ink)">
            <line x1={left} x2={width - right} y1={up(tick)} y2={up(tick)} stroke="var(--fino-line)" />
            <text x={left - 10} y={up(tick) + 4} textAnchor="end">
              {format.significant(tick)}
            </text>
            <text x={across(tick)} y={height - bottom + 18} textAnchor="middle">
              {format.significant(tick)}
            </text>
          </g>
        ))}
        <line
          x1={across(low)}
          y1={up(low)}
          x2={across(high)}
          y2={up(high)}
          stroke="var(--fino-soft-ink)"
          strokeDasharray="4 4"
        />
        {points.map((point) => (
          <circle key={point.key} cx={across(point.x)} cy={up(point.y)} r={4} className="fino-dot">
            <title>{point.title}</title>
          </circle>
        ))}
        <g fontSize={12} fill="var(--fino-soft-ink)">
          <text x={(left + width - right) / 2} y={height - 6} textAnchor="middle">
            {xLabel}
          </text>
          <text transform={`translate(12 ${(top + height - bottom) / 2}) rotate(-90)`} textAnchor="middle">
            {yLabel}
          </text>
        </g>
      </svg>
    </div>
  )
}
