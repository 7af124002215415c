// usage: node read_rhea.js HOST:PORT QUEUE   prints one message of a queue, read over AMQP 1.0, as JSON
const container = require('rhea')

const [server, queue] = process.argv.slice(2)
const [host, port] = server.split(':')

container.on('message', ({ message, connection }) => {
  console.log(JSON.stringify({
    'content-type': message.content_type,
    properties: message.application_properties,
    body: message.body.content.toString()
  }))
  connection.close()
})
container.on('disconnected', ({ error }) => { console.error(error); process.exit(1) })
container.connect({ host, port: Number(port), username: 'guest', password: 'guest', reconnect: false })
  .open_receiver({ source: { address: '/queues/' + encodeURIComponent(queue) } })
