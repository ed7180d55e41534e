// The picture: every POST flies up to the server and leaves its arrow, the 202 comes back along it, small and grey;
// events come down the one pipe and pile up, the newest on top. It draws what it is given, and nothing else.
import { say } from './draw.js'
import { voiceOf } from './messages.js'

const ARROWS = 6
const EVENTS = 14
const calm = matchMedia('(prefers-reduced-motion: reduce)')

export class Pipe {
  #picture
  #arrows
  #pile
  /** What is drawn before the next frame. @type {(() => void)[]} */
  #next = []

  /** @param {HTMLElement} picture with `.arrows`, `.pile` and `.state` in it */
  constructor(picture) {
    this.#picture = picture
    this.#arrows = picture.querySelector('.arrows')
    this.#pile = picture.querySelector('.pile')
  }

  clear() {
    this.#next = []
    this.#arrows.replaceChildren()
    this.#pile.replaceChildren()
  }

  /** A thing of the record, as record.js describes it. */
  show(thing) {
    if (thing.way === '·') return this.#state(thing)
    if (thing.type === 'GET') return void (this.#picture.querySelector('.get .capsule').textContent = thing.label)
    this.#soon(() => (thing.way === '↑' ? this.#post(thing) : this.#event(thing)))
  }

  /** What became of a POST. */
  received(number, status, after) {
    this.#soon(() => {
      const back = this.#arrows.querySelector(`[data-number="${number}"] .back`)
      if (!back) return // its arrow gave way already
      say(back, status === 202 ? 'accepted' : 'refused', status, after)
      back.classList.toggle('problem', status >= 400)
      this.#fly(back, -0.5)
    })
  }

  /** Draws before the next frame, in order. */
  #soon(draw) {
    if (this.#next.length === 0) requestAnimationFrame(() => this.#drawAll())
    this.#next.push(draw)
    if (this.#next.length > 4 * EVENTS) this.#drawAll()
  }

  #drawAll() {
    for (const draw of this.#next.splice(0)) draw()
  }

  /** readyState: the pipe is asked for, open, or closed. */
  #state({ label }) {
    const { classList } = this.#picture
    classList.remove('idle', 'connecting', 'open', 'closed')
    classList.add(label)
    say(this.#picture.querySelector('.state'), `${label}Pipe`)
    if (label === 'open' || this.#pile.childElementCount === 0) return
    const cut = element('p', 'cut')
    say(cut, `${label}Cut`)
    this.#soon(() => this.#pile.prepend(cut))
  }

  #post(thing) {
    const arrow = element('div', `arrow ${voiceOf(thing.request, 'ours')}`)
    arrow.dataset.number = `${thing.number}`
    if (thing.request !== undefined) arrow.dataset.request = `${thing.request}`
    const capsule = capsuleOf(thing)
    arrow.append(capsule, element('small', 'back'))
    this.#arrows.append(arrow)
    if (this.#arrows.childElementCount > ARROWS) this.#arrows.firstElementChild.remove()
    for (const [index, each] of [...this.#arrows.children].entries()) each.style.setProperty('--i', `${index}`)
    this.#fly(capsule, 0.7)
  }

  #event(thing) {
    const capsule = capsuleOf(thing)
    capsule.classList.toggle('answer', thing.isAnswer === true)
    capsule.append(element('small', 'after', thing.after))
    this.#pile.prepend(capsule)
    if (this.#pile.childElementCount > EVENTS) this.#pile.lastElementChild.remove()
    if (thing.isAnswer) this.#arrowOf(thing.request)?.classList.add('answered')
    this.#fly(capsule, -0.8)
  }

  #arrowOf(request) {
    return [...this.#arrows.children].findLast(({ dataset }) => dataset.request === `${request}`)
  }

  /** Lets an element come from above (below 0) or below, in parts of the height of the picture. */
  #fly(moved, from) {
    if (calm.matches) return
    const transform = `translateY(${from * this.#picture.offsetHeight}px)`
    moved.animate(
      [
        { transform, opacity: 0.3 },
        { transform: 'none', opacity: 1 },
      ],
      { duration: 600, easing: 'ease-out' },
    )
  }
}

function capsuleOf(thing) {
  const capsule = element('p', `capsule ${voiceOf(thing.request, thing.way === '↑' ? 'ours' : 'theirs')}`)
  capsule.dataset.number = `${thing.number}`
  if (thing.request !== undefined) capsule.append(element('b', 'badge', `id ${thing.request}`))
  capsule.append(element('span', 'label', thing.label))
  return capsule
}

/** An element of the protocol's own words, which no language changes. */
function element(tag, className, textContent = '') {
  return Object.assign(document.createElement(tag), { className, textContent, translate: false })
}
