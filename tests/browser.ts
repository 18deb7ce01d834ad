import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import chromium, { inflate } from '@sparticuz/chromium'
import { type Browser, chromium as launcher } from 'playwright-core'
import { systemCodeOf } from '#platform/errors/errors.ts'

const requireFrom = createRequire(import.meta.url)
const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required', '--mute-audio'],
]
const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
const cache = join(import.meta.dirname, '..', 'node_modules', '.cache')

type Program = { readonly executablePath: string; readonly env: Readonly<Record<string, string>> }

/**
 * The Chromium that an npm package carries, with the libraries and fonts that a bare machine lacks. It is unpacked once,
 * beside the installed packages, under a name that appears when all of it is there.
 */
const packagedBrowser = async (): Promise<Program> => {
  const source = join(dirname(requireFrom.resolve('@sparticuz/chromium')), '..', 'bin')
  const home = join(cache, 'chromium')
  if (!existsSync(home)) await unpack(source, home)
  return {
    executablePath: join(home, 'chromium'),
    env: { LD_LIBRARY_PATH: join(home, 'al2023', 'lib'), FONTCONFIG_PATH: home, FONTCONFIG_FILE: join(home, 'fonts.conf') },
  }
}

const unpack = async (source: string, home: string): Promise<void> => {
  await mkdir(cache, { recursive: true })
  const partial = await mkdtemp(`${home}.`)
  const before = process.env.TMPDIR
  // NOTE: the package unpacks into the system's temporary folder and nowhere else.
  process.env.TMPDIR = partial
  try {
    await chromium.executablePath(source)
    await inflate(join(source, 'al2023.tar.br'))
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
  await writeFile(join(partial, 'fonts.conf'), fontsConf(home))
  await rename(partial, home).catch(async (error: unknown) => {
    await rm(partial, { recursive: true, force: true })
    if (!['ENOTEMPTY', 'EEXIST'].includes(systemCodeOf(error) ?? '')) throw error
  })
}

/** NOTE: the package's own file names fixed folders of the system, and Chromium ends (SIGTRAP) when it finds no font. */
const fontsConf = (home: string): string => {
  const path = home.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${path}/fonts</dir><cachedir>${path}/fonts-cache</cachedir></fontconfig>
`
}

/** A browser of the machine, for systems that the package has none for. */
const browserOnPath = (): Program => {
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(existsSync)
  if (found === undefined) throw new Error(`No browser: install one that is called ${names.join(' or ')}`)
  return { executablePath: found, env: {} }
}

/** A real browser, without any of the flags that hide mistakes of CORS or of the security policy. */
export const openBrowser = async (): Promise<Browser> => {
  const packaged = process.platform === 'linux' && process.arch === 'x64'
  const { executablePath, env } = packaged ? await packagedBrowser() : browserOnPath()
  return launcher.launch({ executablePath, args: flags, env: { ...process.env, ...env } as Record<string, string> })
}

/** One browser for the tests of a file, opened when first asked for; when it has crashed, the next test gets another. */
export class SharedBrowser implements AsyncDisposable {
  #browser: Promise<Browser> | undefined
  async get(): Promise<Browser> {
    const open = await this.#browser
    if (open?.isConnected() === true) return open
    this.#browser = openBrowser()
    return this.#browser
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#browser)?.close()
  }
}
