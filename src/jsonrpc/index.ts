export { answerAll, dispatch, NOT_A_MESSAGE, type Handler, type MethodTable } from './dispatcher.ts'
export {
  errorResponse,
  INTERNAL_ERROR,
  INVALID_PARAMS,
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  PARSE_ERROR,
  RpcError,
} from './errors.ts'
export {
  encodeResponse,
  isMessage,
  isRequest,
  isResponse,
  parseJson,
  readableId,
  type ErrorObject,
  type Id,
  type Message,
  type Notification,
  type Params,
  type Request,
  type Response,
} from './message.ts'
