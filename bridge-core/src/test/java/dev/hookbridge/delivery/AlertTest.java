package dev.hookbridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.Reason;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AlertTest {
  private final PrintStream before = System.err;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final Alert alert = new Alert("feed");

  @BeforeEach
  void listen() {
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restore() {
    System.setErr(before);
  }

  private List<String> lines() {
    return log.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void theFirstOfEachKindIsToldAndItsEnd() {
    alert.raise(Reason.UNREACHABLE, "refused by kafka1");
    alert.raise(Reason.UNREACHABLE, "refused by kafka1");
    alert.raise(Reason.TIMEOUT, "silence");
    assertThat(alert.problem()).isEqualTo("timeout: silence");
    alert.over();
    assertThat(alert.problem()).isEmpty();
    assertThat(lines())
        .satisfiesExactly(
            line -> assertThat(line).contains("WARN", "feed", "refused by kafka1", "unreachable"),
            line -> assertThat(line).contains("WARN", "feed", "silence", "timeout"),
            line -> assertThat(line).contains("INFO", "after 3 failures"));
  }

  @Test
  void troubleThatComesAndGoesDoesNotFillTheLog() {
    for (int i = 0; i < 1_000; i++) {
      alert.raise(Reason.UNROUTABLE, "no queue for guest " + i);
      assertThat(alert.problem()).endsWith("guest " + i);
      alert.over();
    }
    assertThat(lines()).hasSize(2);
  }
}
