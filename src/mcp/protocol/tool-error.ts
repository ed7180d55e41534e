/**
 * Throw it from a tool to tell the model what went wrong and what to try: its text becomes the result, marked as
 * an error. What else a tool throws is logged, and the model learns only that the tool failed.
 */
export class ToolError extends Error {
  override readonly name = 'ToolError'
}
