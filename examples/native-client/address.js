// @ts-check
// Where the page connects: /sse, or, where the server has the laboratory, an address with a slow tool.
import { $ } from './draw.js'

/** The address that is chosen. */
export const address = () => $('addresses').querySelector(':checked').value

fetch('lab/course.json')
  .then((response) => response.json())
  .then(({ course, page }) => {
    $('addresses').hidden = !course
    $('lab').hidden = page === false
  })
  .catch(() => {}) // one address
