export { bearerToken } from './bearer-token.ts'
export { oauthResource, type OAuthResourceOptions } from './oauth-resource.ts'
