// usage: node read.js SERVERS TOPIC COUNT   prints each event as a line of JSON
const { Kafka: Client, logLevel } = require('kafkajs')
const { Kafka: Binding } = require('cloudevents')

const [servers, topic, count] = process.argv.slice(2)
const client = new Client({ brokers: servers.split(','), logLevel: logLevel.ERROR })
const consumer = client.consumer({ groupId: 'read-' + process.pid + '-' + Date.now() })

// kafkajs hands out headers and keys as Buffers, cloudevents wants them as strings.
function event (message) {
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name, String(value)]))
  return Binding.toEvent({ ...message, headers, key: String(message.key) })
}

async function main () {
  let seen = 0
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      const { id, subject, partitionkey, sequence, datacontenttype, data } = event(message)
      console.log(JSON.stringify({ id, subject, partitionkey, sequence, datacontenttype, data }))
      if (++seen === Number(count)) process.exit(0)
    }
  })
}

main().catch(failure => { console.error(failure); process.exit(1) })
