/** The tool as the course's capture shows it (2025-04-15, revision 2024-11-05). */
export const CAPTURED_TOOL = {
  name: 'get-hackernews-top-stories',
  description: 'Get the stories from Hacker News',
  inputSchema: {
    type: 'object',
    properties: {
      type: { type: 'string', enum: ['topstories', 'newstories', 'beststories'] },
      amount: { type: 'number', minimum: 1, maximum: 500, default: 10 },
    },
    required: ['type'],
    additionalProperties: false,
    $schema: 'http://json-schema.org/draft-07/schema#',
  },
}
