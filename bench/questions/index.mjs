// All questions, in the order in which they are asked.
import { broadcast } from './broadcast.mjs'
import { calls } from './calls.mjs'
import { cluster } from './cluster.mjs'
import { dispatch } from './dispatch.mjs'
import { growth } from './growth.mjs'
import { idle } from './idle.mjs'
import { large } from './large.mjs'
import { page } from './page.mjs'
import { parser } from './parser.mjs'
import { size } from './size.mjs'
import { startup } from './startup.mjs'

export const QUESTIONS = { calls, startup, large, idle, broadcast, dispatch, size, parser, growth, cluster, page }
