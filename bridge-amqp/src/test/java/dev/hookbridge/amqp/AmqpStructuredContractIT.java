package dev.hookbridge.amqp;

import dev.hookbridge.Envelope;
import java.util.stream.Stream;

/** The RabbitMQ sink takes the exam once more, in structured mode. */
class AmqpStructuredContractIT extends AmqpSinkContractIT {
  AmqpStructuredContractIT(Rabbit rabbit) {
    super(rabbit, "structured");
  }

  /** Data is embedded as JSON, and what is no JSON never comes this far. */
  @Override
  protected Stream<Envelope> unusual() {
    return super.unusual().filter(event -> event.data().length > 0 && event.data()[0] == '{');
  }
}
