import { openSecrets } from '#platform/identity/secrets.ts'
import { operatorEmail } from '../prisma/seed/members.ts'
import { ingestFilm } from '../start/ingest.ts'
import type { Links } from '../start/links.ts'
import { openBrowser } from '../tests/browser.ts'
import { testFilm } from '../tests/footage.ts'

const plays = 10

export type FirstFrame = { readonly film: string; readonly plays: number; readonly medianMs: number; readonly worstMs: number }

/** From the press of play in a real browser to the first frame that moves, on a film that was just put in. */
export const firstFrames = async (dir: string, links: Links): Promise<FirstFrame> => {
  const film = await testFilm(dir)
  const { operatorPassword } = await openSecrets(dir).pick('operatorPassword')
  const ingest = {
    supergraph: links.supergraph,
    operator: { email: operatorEmail, password: operatorPassword },
    onProgress: () => undefined,
  }
  const { titleId } = await ingestFilm({ file: film.file, title: 'Bench', kind: 'FILM', maturity: 0, genres: [] }, ingest)
  const browser = await openBrowser()
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    await page.goto(links.web)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Top 10' }).waitFor()
    const times: number[] = []
    for (let play = 0; play < plays; play += 1) {
      await page.evaluate((to) => {
        location.hash = to
      }, `#/title/${titleId}`)
      const button = page.getByRole('link', { name: /^(Play|Resume)/ }).first()
      await button.waitFor()
      const pressed = performance.now()
      await button.click()
      await page.waitForFunction(
        () => [...document.querySelectorAll('video')].some((video) => video.currentTime > 0 && video.readyState > 2 && !video.paused),
        null,
        { polling: 10 },
      )
      times.push(performance.now() - pressed)
      await page.waitForTimeout(300)
    }
    const sorted = times.toSorted((a, b) => a - b)
    return { film: film.what, plays, medianMs: Math.round(sorted[plays / 2] ?? 0), worstMs: Math.round(sorted.at(-1) ?? 0) }
  } finally {
    await browser.close()
  }
}
