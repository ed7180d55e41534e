// Resources: text, bytes, one to watch, and all the URIs of a template.
import { defineResource, defineResourceTemplate, type Resource, type ResourceTemplate } from '../../src/index.ts'

/** A picture of one red pixel. */
export const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4z8AAAAMBAQD3A0FDAAAAAElFTkSuQmCC'

export const resources: Resource[] = [
  defineResource({
    uri: 'test://static-text',
    name: 'static-text',
    description: 'Text that never changes',
    mimeType: 'text/plain',
    read: () => 'This is the content of the static text resource.',
  }),
  defineResource({
    uri: 'test://static-binary',
    name: 'static-binary',
    description: 'A picture that never changes',
    mimeType: 'image/png',
    read: () => Buffer.from(PIXEL, 'base64'),
  }),
  defineResource({
    uri: 'test://watched-resource',
    name: 'watched-resource',
    description: 'Something to subscribe to',
    mimeType: 'text/plain',
    read: () => 'Watched, and as quiet as the others.',
  }),
]

export const resourceTemplates: ResourceTemplate[] = [
  defineResourceTemplate({
    uriTemplate: 'test://template/{id}/data',
    name: 'template-data',
    description: 'A record for every id',
    mimeType: 'application/json',
    read: ({ id }) => JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
  }),
]
