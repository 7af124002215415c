package dev.hookbridge.kafka;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Transport;
import dev.hookbridge.delivery.RefusalContract;
import dev.hookbridge.testing.Seen;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * The Kafka sink takes the exam once more, in structured mode. The last part, a broker that is
 * hurt, is the same in both modes.
 */
class KafkaStructuredContractIT extends RefusalContract {
  private final KafkaSinkContractIT exam = new KafkaSinkContractIT();

  @BeforeAll
  void startBroker() {
    exam.mode = "structured";
    exam.startBroker();
  }

  @AfterAll
  void closeBroker() {
    exam.closeBroker();
  }

  @Override
  protected Transport transport() {
    return new KafkaTransport();
  }

  @Override
  protected Settings destination() {
    return exam.destination();
  }

  @Override
  protected Settings limited() {
    return exam.limited();
  }

  @Override
  protected Settings missing() {
    return exam.missing();
  }

  @Override
  protected void remove(Settings destination) {
    exam.remove(destination);
  }

  @Override
  protected void forbid(Settings destination) {
    exam.forbid(destination);
  }

  @Override
  protected void allow(Settings destination) {
    exam.allow(destination);
  }

  @Override
  protected Stream<Settings> wrong() {
    return exam.wrong();
  }

  @Override
  protected List<Seen> consume(Settings destination, int atLeast) {
    return exam.consume(destination, atLeast);
  }

  /** Data is embedded as JSON, and what is no JSON never comes this far. */
  @Override
  protected Stream<Envelope> unusual() {
    return super.unusual().filter(event -> event.data().length > 0 && event.data()[0] == '{');
  }
}
