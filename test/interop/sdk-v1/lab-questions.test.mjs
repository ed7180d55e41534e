// Three questions of a newcomer, each answered by the page within three presses, in both languages.
// Needs: sdk-v1, chromium
import assert from 'node:assert/strict'
import { open, openLaboratory, until } from './lab-page.mjs'

const { labTest } = openLaboratory()
const textOf = (page, selector) => page.$eval(selector, ({ innerText }) => innerText)

const ANSWERS = {
  en: {
    ends: /Two line ends in a row\..* the blank line, and it dispatches the event\./,
    sent: /^GET number 2 was sent with Last-Event-ID: (\d+)\. The server replayed \d+: (\d+)–\d+\.$/,
    accepted: /202 says: received\. It is not the answer\. That comes by the long stream, with id \d+: #\d+ result/,
    lane: /202 received, not the answer/,
  },
  zh: {
    ends: /两个相连的行尾。.*这就是空行：它派发事件。/,
    sent: /^第 2 个 GET 带着 Last-Event-ID: (\d+)。服务器补发了 \d+ 个：(\d+)–\d+。$/,
    accepted: /202 只表示“收到”，不是答复。答复从长流里来，id 是 \d+： #\d+ result/,
    lane: /202 收到，不是答复/,
  },
}

for (const [lang, { ends, sent, accepted, lane }] of Object.entries(ANSWERS)) {
  labTest(`${lang}: which bytes end an event, no press`, { lang }, async (page) => {
    assert.match(await textOf(page, '#message'), ends)
    const filled = await page.$$eval('#message .ctl.last', (boxes) => boxes.map(({ textContent }) => textContent))
    assert.deepEqual(filled, ['LF'], 'of all line ends, the one that ends the event is filled')
    assert.equal(await page.$$eval('#message .ctl:not(.last, .sp)', ({ length }) => length), 2)
  })

  labTest(
    `${lang}: what did the client send to resume, and what was replayed, three presses`,
    { lang, noise: /INCOMPLETE_CHUNKED/ },
    async (page) => {
      await open(page, 'reconnect')
      await page.click('[data-word="reconnect.start"]')
      await until(page, () => document.querySelectorAll('.squares .live').length > 1)
      await page.click('[data-word="reconnect.cut"]')
      await until(page, () => document.querySelectorAll('.squares .replayed').length > 0)
      const [, last, first] = sent.exec(await textOf(page, '#reconnect .lead')) ?? []
      assert.equal(Number(first), Number(last) + 1, 'it goes on where it was cut')
    },
  )

  labTest(`${lang}: why is 202 not the answer, two presses`, { lang }, async (page) => {
    await page.click('#bar [data-key="c"]')
    await until(page, () => document.querySelector('#bar b').className === 'open')
    const row = '.lane-row.accepted'
    await page.waitForSelector(row)
    assert.match(await textOf(page, row), lane)
    await page.click(row)
    assert.match(await textOf(page, '#message'), accepted)
    // The answer stands in the other lane, tied to its request.
    const [asked, answered] = await page.$$eval('.lane-row.lit, .lane-row.v1', (rows) =>
      rows.map((each) => each.querySelector('.lane-note').getBoundingClientRect().left),
    )
    assert.ok(answered > asked)
  })
}
