// @ts-check
// The dictionary of the page, a part for each panel. Words of the protocols are the same in every language.
import bar from './words/bar.js'
import bytes from './words/bytes.js'
import chats from './words/chats.js'
import clients from './words/clients.js'
import frames from './words/frames.js'
import message from './words/message.js'
import page from './words/page.js'
import reconnect from './words/reconnect.js'
import timeline from './words/timeline.js'
import tool from './words/tool.js'
import transports from './words/transports.js'

const parts = { bar, bytes, chats, clients, frames, message, page, reconnect, timeline, tool, transports }
const of = (lang) => Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part[lang]]))

export const words = { en: of('en'), zh: of('zh') }
