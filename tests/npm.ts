import { execFile as execFileWithCallback } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execFile = promisify(execFileWithCallback)
const npm = async (folder: string, ...args: readonly string[]): Promise<string> =>
  (await execFile('npm', [...args, '--loglevel=error'], { cwd: folder, timeout: 400_000, maxBuffer: 1e8 })).stdout

/** Makes an app of an empty folder, with a package installed in it as npm installs any other. */
export const installPackage = async (folder: string, source: string): Promise<void> => {
  const packed = (await npm(folder, 'pack', source)).trim()
  await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}')
  await npm(folder, 'install', packed, '--prefer-offline', '--no-audit', '--no-fund')
}
