/** How often each range of values occurs, with a line at one value; what lies beyond a limit is drawn apart. */
import { useElementSize } from '@mantine/hooks'
import { useFormat } from '../lib/format'
import type { Bin } from '../lib/scale'

interface HistogramProps {
  label: string
  bins: readonly Bin[]
  /** Drawn as a line with its value. */
  line?: number
  /** True where the line is a limit: bins that reach beyond it are marked. */
  limits?: boolean
  height?: number
  binLabel(bin: Bin): string
}

const bottom = 24
const top = 20

/** Bins are drawn equally wide, whatever they span; the last one may reach to a far outlier. */
export function Histogram({ label, bins, line, limits = false, height = 200, binLabel }: HistogramProps) {
  const format = useFormat()
  const { ref, width } = useElementSize()
  const most = Math.max(1, ...bins.map((bin) => bin.rows))
  const binWidth = width / Math.max(bins.length, 1)
  const y = (rows: number) => top + (1 - rows / most) * (height - top - bottom)
  const everyTick = Math.max(1, Math.ceil(bins.length / Math.max(width / 56, 1)))
  const lineAt = line === undefined ? width : positionOf(bins, line) * binWidth
  const textBefore = lineAt > width - 60
  return (
    <div ref={ref} style={{ height }}>
      <svg width={width} height={height} role="img" aria-label={label} style={{ display: 'block' }}>
        <line x1={0} x2={width} y1={height - bottom} y2={height - bottom} stroke="var(--fino-line)" />
        {bins.map((bin, index) => (
          <rect
            key={bin.from}
            x={index * binWidth + 1}
            width={Math.max(1, binWidth - 2)}
            y={y(bin.rows)}
            height={height - bottom - y(bin.rows)}
            rx={Math.min(3, binWidth / 4)}
            fill={limits && line !== undefined && bin.to > line ? 'var(--fino-warn)' : 'var(--fino-accent)'}
            opacity={0.88}
          >
            <title>{binLabel(bin)}</title>
          </rect>
        ))}
        {bins.map((bin, index) =>
          index % everyTick === 0 ? (
            <text key={bin.from} x={index * binWidth} y={height - 7} fontSize={11} fill="var(--fino-soft-ink)">
              {format.significant(bin.from)}
            </text>
          ) : null,
        )}
        {line !== undefined && lineAt < width - 1 && (
          <g>
            <line x1={lineAt} x2={lineAt} y1={4} y2={height - bottom} stroke="var(--fino-ink)" strokeDasharray="3 3" />
            <text
              x={textBefore ? lineAt - 6 : lineAt + 6}
              y={13}
              fontSize={12}
              fontWeight={600}
              textAnchor={textBefore ? 'end' : 'start'}
              fill="var(--fino-ink)"
            >
              {format.significant(line)}
            </text>
          </g>
        )}
      </svg>
    </div>
  )
}

/** Where a value lies among the bins: 2.5 is the middle of the third. */
function positionOf(bins: readonly Bin[], value: number): number {
  const index = bins.findIndex((bin) => value < bin.to)
  const bin = bins[index]
  if (bin === undefined) return bins.length
  return index + Math.max(0, value - bin.from) / (bin.to - bin.from)
}
