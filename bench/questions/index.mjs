// All questions, in the order in which they are asked.
import { broadcast } from './broadcast.mjs'
import { calls } from './calls.mjs'
import { cluster } from './cluster.mjs'
import { dispatch } from './dispatch.mjs'
import { garbage } from './garbage.mjs'
import { growth } from './growth.mjs'
import { idle } from './idle.mjs'
import { large } from './large.mjs'
import { nodes } from './nodes.mjs'
import { page } from './page.mjs'
import { parser } from './parser.mjs'
import { size } from './size.mjs'
import { startup } from './startup.mjs'
import { waits } from './waits.mjs'

export const QUESTIONS = {
  calls,
  waits,
  garbage,
  startup,
  large,
  idle,
  broadcast,
  dispatch,
  size,
  parser,
  growth,
  cluster,
  nodes,
  page,
}

/** What is the same on every Node: files, and a page in a browser. */
export const OF_NO_NODE = ['size', 'page']
