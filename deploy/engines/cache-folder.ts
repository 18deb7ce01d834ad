import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '#platform/settings/setting.ts'

/** Where programs are kept unless a folder is named: below the user's cache folder (XDG Base Directory Specification). */
export const cacheFolder = ({ XDG_CACHE_HOME }: Environment): string =>
  join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'cinegraph-engines')
