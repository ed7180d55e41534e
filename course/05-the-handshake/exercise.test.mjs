import { handshake } from '../stages/5-handshake.mjs'
import { begin, fileOf, testStage } from '../stages/lesson.mjs'

testStage(handshake, begin(fileOf(import.meta.url)))
