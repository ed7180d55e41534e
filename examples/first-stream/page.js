// The browser's half: no library. EventSource sends the GET, cuts the bytes into events, and reconnects by itself.
const STATES = ['0 CONNECTING', '1 OPEN', '2 CLOSED']
const SHOWN = 20

const list = document.querySelector('#events')
const state = document.querySelector('#state')
const source = new EventSource('/stream')

function showState() {
  state.textContent = STATES[source.readyState]
}

source.addEventListener('open', showState)
source.addEventListener('error', showState)
source.addEventListener('message', (event) => {
  const item = document.createElement('li')
  item.textContent = event.data
  list.prepend(item)
  if (list.children.length > SHOWN) list.lastElementChild.remove()
})

document.querySelector('#close').addEventListener('click', () => {
  source.close() // fires nothing, so the state is shown here
  showState()
})
