export interface Tokens {
  access_token: string
  refresh_token: string
  id_token: string
}

export interface AuthorizationServer {
  url: string
  rotate(): Promise<void>
  robotToken(resource: string, scope?: string): Promise<string>
  logIn(login: string, resource: string): Promise<Tokens>
  refresh(refreshToken: string, resource: string): Promise<Tokens>
  close(): void
}

export function startAuthorizationServer(options: {
  resources: readonly string[]
  lifetimeSeconds?: number
}): Promise<AuthorizationServer>
