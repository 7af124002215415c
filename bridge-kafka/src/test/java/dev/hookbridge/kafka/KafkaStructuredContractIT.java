package dev.hookbridge.kafka;

import dev.hookbridge.Envelope;
import java.util.stream.Stream;

/** The Kafka sink takes the exam once more, in structured mode. */
class KafkaStructuredContractIT extends KafkaSinkContractIT {
  KafkaStructuredContractIT() {
    super("structured");
  }

  /** Data is embedded as JSON, and what is no JSON never comes this far. */
  @Override
  protected Stream<Envelope> unusual() {
    return super.unusual().filter(event -> event.data().length > 0 && event.data()[0] == '{');
  }
}
