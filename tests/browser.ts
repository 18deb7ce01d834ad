import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import chromium, { inflate } from '@sparticuz/chromium'
import { type Browser, chromium as launcher } from 'playwright-core'

const requireFrom = createRequire(import.meta.url)
const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required', '--mute-audio'],
]
const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

const onPath = (): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(existsSync)

/**
 * The Chromium that an npm package carries, unpacked, with the libraries and fonts that a bare machine lacks.
 * NOTE: the package unpacks into the system's temporary folder for one user only; each user gets a folder of its own.
 */
const unpack = async (): Promise<{ readonly executablePath: string; readonly env: Readonly<Record<string, string>> }> => {
  const source = join(dirname(requireFrom.resolve('@sparticuz/chromium')), '..', 'bin')
  const home = join(tmpdir(), `cinegraph-chromium-${userInfo().username}`)
  await mkdir(home, { recursive: true })
  const before = process.env.TMPDIR
  process.env.TMPDIR = home
  try {
    const executablePath = await chromium.executablePath(source)
    await inflate(join(source, 'al2023.tar.br'))
    return { executablePath, env: { LD_LIBRARY_PATH: join(home, 'al2023', 'lib'), FONTCONFIG_PATH: join(home, 'fonts') } }
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
}

/** A real browser, found on PATH or unpacked, without any of the flags that hide mistakes of CORS or of the security policy. */
export const openBrowser = async (): Promise<Browser> => {
  const found = onPath()
  const { executablePath, env } = found === undefined ? await unpack() : { executablePath: found, env: {} }
  return launcher.launch({ executablePath, args: flags, env: { ...process.env, ...env } as Record<string, string> })
}
