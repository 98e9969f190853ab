/** The built renderer's files, for the Electron window's protocol and the browser host alike. */
import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

/** Everything from Fino itself, nothing from anywhere else. Mantine sets styles at run time, hence 'unsafe-inline' there. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export const securityHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

export interface StaticFile {
  bytes: Uint8Array<ArrayBuffer>
  contentType: string
}

/** The file at a URL's path below `root` ("/" = index.html); undefined where there is none or the path leaves `root`. */
export async function readStaticFile(root: string, urlPath: string): Promise<StaticFile | undefined> {
  const path = resolveBelow(root, urlPath === '/' ? '/index.html' : urlPath)
  if (path === undefined) return undefined
  const contentType = contentTypes[extname(path)]
  if (contentType === undefined) return undefined
  try {
    return { bytes: new Uint8Array(await readFile(path)), contentType }
  } catch {
    return undefined
  }
}

function resolveBelow(root: string, urlPath: string): string | undefined {
  let decoded: string
  try {
    decoded = decodeURIComponent(urlPath)
  } catch {
    return undefined
  }
  if (decoded.includes('\0')) return undefined
  const path = normalize(join(root, decoded))
  return path.startsWith(root.endsWith(sep) ? root : root + sep) ? path : undefined
}
