package dev.hookbridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Reason;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the log lines about a sink: when it connects, fails, and recovers. */
class ThrottledWarningTest {
  private final PrintStream before = System.err;
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final ThrottledWarning alert = new ThrottledWarning("feed");

  ThrottledWarningTest() {
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void giveBack() {
    System.setErr(before);
  }

  private List<String> reported() {
    List<String> lines =
        written
            .toString(StandardCharsets.UTF_8)
            .lines()
            .filter(line -> line.contains("sink feed: "))
            .map(line -> line.substring(line.indexOf("sink feed: ") + 11))
            .toList();
    written.reset();
    return lines;
  }

  @Test
  void theFirstConnectionIsALineAndAnotherOneOnlyAfterTrouble() {
    alert.connected("kafka1:9092 topic libvirt.hooks");
    assertThat(reported()).containsExactly("connected to kafka1:9092 topic libvirt.hooks");
    alert.connected("kafka1:9092 topic libvirt.hooks");
    assertThat(reported()).isEmpty();
    alert.raise(Reason.UNREACHABLE, "nobody listens");
    alert.connected("");
    assertThat(reported())
        .containsExactly("nobody listens (unreachable); 1 so far, going on", "connected");
    alert.over();
    assertThat(reported()).containsExactly("events are taken again, after 1 failures");
    alert.connected("");
    assertThat(reported()).isEmpty();
  }

  @Test
  void troubleThatGoesOnIsOneLine() {
    for (int i = 0; i < 100; i++) {
      alert.raise(Reason.TIMEOUT, "no confirm");
    }
    assertThat(reported()).hasSize(1);
    assertThat(alert.problem()).isEqualTo("timeout: no confirm");
  }
}
