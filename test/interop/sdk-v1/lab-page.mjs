// What the tests of the laboratory and its measurements do in its page.

/** Looks at the page's own state; `look` runs there with the app. */
export const inApp = (page, look, ...args) =>
  page.evaluate(`import('/lab/main.js').then(({ app }) => (${look})(app, ...${JSON.stringify(args)}))`)

/** Puts `rounds` times a hundred frames through the record, as a stream would bring them, and lets the page draw between. */
export const flood = (page, rounds, pauseMs = 0) =>
  inApp(
    page,
    async (app, given, pause) => {
      const bytes = new TextEncoder().encode(
        'event: message\ndata: {"jsonrpc":"2.0","method":"notifications/message"}\n\n',
      )
      const [exchange] = app.record.exchanges
      const drawn = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, pause)))
      for (let round = 0; round < given; round++) {
        for (let n = 0; n < 100; n++)
          app.record.add({
            way: '↓',
            exchange,
            type: 'message',
            text: `{"n":${n}}`,
            bytes: bytes.slice(),
            offset: 0,
            cuts: [],
          })
        await drawn()
      }
    },
    rounds,
    pauseMs,
  )

/** Calls for 500 stories: the number of the frame that brings them, of over 100 kB. */
export const callFor500Stories = (page) =>
  inApp(page, async (app) => {
    await app.client.request('tools/call', {
      name: 'get-hackernews-top-stories',
      arguments: { type: 'topstories', amount: 500 },
    })
    return app.record.frames.find(({ bytes, way }) => way === '↓' && bytes?.length > 100_000).number
  })
