// Lesson 7. Eight set-ups that failed; their logs are in logs.txt. What was wrong, and what mends it?
// The words to choose from are in the tables of the lesson. Two set-ups are filled in, after a first look.
// npm run lesson 7

export const answers = {
  A: { cause: 'proxy-holds-back', fix: 'turn-off-buffering' },
  B: { cause: '', fix: '' }, // TODO
  C: { cause: '', fix: '' }, // TODO
  D: { cause: '', fix: '' }, // TODO
  E: { cause: '', fix: '' }, // TODO
  F: { cause: 'no-token', fix: 'send-a-token' },
  G: { cause: '', fix: '' }, // TODO
  H: { cause: '', fix: '' }, // TODO
}
