/**
 * A text from outside, fit for a terminal: control characters are written as `\u001b`. C0 and C1 controls (U+009B begins
 * a terminal's command) could move the cursor or rename the window; line separators could forge a line; format
 * characters turn a line's direction, or are not seen at all. JSON that is written so has the same value.
 */
export const printable = (text: string): string =>
  text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    character.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  )
