package dev.hookbridge.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests the factory itself, because every other test relies on it. */
class BrokersIT {

  private static Broker broker(Kind kind) {
    return kind == Kind.KAFKA ? Brokers.kafka() : Brokers.rabbitmq();
  }

  @ParameterizedTest
  @EnumSource
  void killedItIsGoneAndComesBackAtTheSameAddress(Kind kind) {
    try (Broker broker = broker(kind)) {
      String address = broker.address();
      broker.kill();
      assertThat(kind.answers(address)).isFalse();
      broker.start();
      assertThat(broker.address()).isEqualTo(address);
      assertThat(kind.answers(address)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void pausedItDoesNotAnswer(Kind kind) {
    try (Broker broker = broker(kind)) {
      broker.pause();
      assertThat(kind.answers(broker.address())).isFalse();
      broker.resume();
      broker.awaitReady();
    }
  }

  @ParameterizedTest
  @EnumSource
  void closedItLeavesNoProcess(Kind kind) {
    String address;
    try (Broker broker = broker(kind)) {
      address = broker.address();
    }
    assertThat(kind.answers(address)).isFalse();
    assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive))
        .noneMatch(process -> process.info().command().orElse("").matches(".*(epmd|beam.smp)"));
  }
}
