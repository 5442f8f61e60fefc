// Reads requests as JSON lines {url, signature, body, pem} and says of each what alexa-verifier says: "" is a good one.
// Amazon's bucket is not asked: whatever it fetches is the line's own `pem`.
import https from 'node:https'
import { EventEmitter } from 'node:events'
import { createInterface } from 'node:readline'
import verify from 'alexa-verifier'

let pem = ''
https.get = (_url, answered) => {
  const response = Object.assign(new EventEmitter(), { statusCode: 200, setEncoding() {} })
  process.nextTick(() => {
    answered(response)
    response.emit('data', pem)
    response.emit('end')
  })
  return new EventEmitter()
}

for await (const line of createInterface({ input: process.stdin })) {
  const one = JSON.parse(line)
  pem = one.pem
  const wrong = await verify(one.url, one.signature, one.body).then(() => '', (why) => String(why))
  console.log(JSON.stringify(wrong))
}
