/** Figures as people read them on a terminal. */

/** "0.8 s", "42 s", "3:05 min", "2:10 h". */
export function seconds(value: number): string {
  if (value < 9.95) return `${value.toFixed(1)} s`
  if (value < 99.5) return `${Math.round(value)} s`
  const minutes = Math.round(value / 60)
  if (minutes < 100) {
    const whole = Math.round(value)
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')} min`
  }
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')} h`
}

/** "0.873" */
export function score(value: number): string {
  return value.toFixed(3).replace(/^-(?=0\.0+$)/, '')
}

/** "1,234", "12.3", "0.0123": a figure in units of its own, three digits that count. */
export function figure(value: number): string {
  if (Math.abs(value) >= 100) return count(value)
  return value === 0 ? '0' : value.toPrecision(3)
}

/** "0.34%": two digits that count. */
export function share(part: number, whole: number): string {
  const percent = (100 * part) / Math.max(1, whole)
  return `${percent >= 9.95 ? percent.toFixed(0) : percent >= 0.995 ? percent.toFixed(1) : percent.toFixed(2)}%`
}

/** "22,713,216" */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en')
}

/** "12 to 34 s", in the unit of the larger. */
export function secondsRange({ low, high }: { low: number; high: number }): string {
  return `${seconds(low)} to ${seconds(high)}`
}
