import type { Socket } from 'node:net'

export interface Turn {
  mark: '>' | '<' | '~' | '?'
  connection: string
  lines: string[]
  never: string[]
}

export interface Got {
  lines: string[]
}

export interface Values {
  host: string
  session: string | undefined
}

export interface Connection {
  socket: Socket
  write(bytes: string | Buffer): boolean
  response(): Promise<Got>
  frame(): Promise<Got>
  rest(): Promise<string>
}

export function readTranscript(text: string): Turn[]
export function parts(turn: Got): { head: string[]; body: string }
export function requestText(turn: Got, values: Values): string
export function pattern(line: string, values: Values): RegExp
export function play(
  turns: readonly Turn[],
  port: number,
  see?: (turn: Turn, got: Got, values: Values) => void,
): Promise<{ connections: Map<string, Connection>; values: Values }>
export function compare(turn: Turn, got: Got, values: Values): void
export function connect(port: number): Promise<Connection>
