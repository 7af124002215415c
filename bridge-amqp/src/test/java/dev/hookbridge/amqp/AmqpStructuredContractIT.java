package dev.hookbridge.amqp;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Transport;
import dev.hookbridge.delivery.RefusalContract;
import dev.hookbridge.testing.Seen;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The RabbitMQ sink takes the exam once more, in structured mode. The last part, a broker that is
 * hurt, is the same in both modes.
 */
@ExtendWith(Rabbit.Shared.class)
class AmqpStructuredContractIT extends RefusalContract {
  private final AmqpSinkContractIT exam;

  AmqpStructuredContractIT(Rabbit rabbit) {
    exam = new AmqpSinkContractIT(rabbit);
    exam.mode = "structured";
  }

  @BeforeAll
  void addUser() {
    exam.addUser();
  }

  @AfterAll
  void putRight() {
    exam.putRight();
  }

  @Override
  protected Transport transport() {
    return new AmqpTransport();
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
