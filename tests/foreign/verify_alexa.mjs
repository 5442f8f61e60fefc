// Reads requests as JSON lines {url, signature, body, pem} and says of each what alexa-verifier says: "" is a good one.
// The argument is what time it is, in milliseconds: requests age while tests run. Amazon's bucket is not asked:
// whatever it fetches is the line's own `pem`.
import https from 'node:https'
import { EventEmitter } from 'node:events'
import { createInterface } from 'node:readline'
import verify from 'alexa-verifier'

const now = Number(process.argv[2])
globalThis.Date = class extends Date {
  constructor(...given) {
    super(...(given.length ? given : [now]))
  }

  static now() {
    return now
  }
}

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
