package dev.hookbridge.amqp.sink;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class MessageLimitTest {
  private final MessageLimit limit = new MessageLimit();

  @Test
  void itBeginsWithTheDefault() {
    assertThat(limit.bytes()).isEqualTo(134_217_728);
  }

  @Test
  void theBrokersFigureCounts() {
    limit.refused(1_500_000, "406 message size 1500000 is larger than configured max size 1000000");
    assertThat(limit.bytes()).isEqualTo(1_000_000);
  }

  @Test
  void withoutAFigureItIsLessThanWhatWasRefused() {
    limit.refused(5_000, "311 CONTENT_TOO_LARGE");
    assertThat(limit.bytes()).isEqualTo(4_999);
  }

  @Test
  void itOnlyFalls() {
    limit.refused(5_000, "max size 4000");
    limit.refused(100_000, "max size 90000");
    assertThat(limit.bytes()).isEqualTo(4_000);
    limit.refused(3_000, "max size 999999999"); // a figure that cannot be: it has refused less
    assertThat(limit.bytes()).isEqualTo(2_999);
    limit.refused(1, "");
    assertThat(limit.bytes()).isEqualTo(1);
  }
}
