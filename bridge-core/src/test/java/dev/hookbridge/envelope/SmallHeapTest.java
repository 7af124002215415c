package dev.hookbridge.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.Envelope;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** An agent with a small heap meets the largest call there can be. */
class SmallHeapTest {
  @Test
  void aCallLargerThanTheHeapCanReadIsStillAnEvent() throws Exception {
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx48m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Agent.class.getName())
            .redirectErrorStream(true)
            .start();
    String told = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(java.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(told).contains("too large for the agent's memory", "then: web");
  }

  static final class Agent {
    private Agent() {}

    public static void main(String[] args) {
      byte[] begin = Calls.bytes("<domain><devices>");
      byte[] disk = Calls.bytes("<disk type='file'><alias name='a'/></disk>");
      byte[] stdin = new byte[XmlPass.MOST_BYTES];
      System.arraycopy(begin, 0, stdin, 0, begin.length);
      for (int at = begin.length; at + disk.length <= stdin.length; at += disk.length) {
        System.arraycopy(disk, 0, stdin, at, disk.length);
      }
      Envelope event = Calls.ENVELOPES.of(Calls.qemu(stdin));
      System.out.println(new String(event.data(), StandardCharsets.UTF_8));
      Envelope next = Calls.ENVELOPES.of(Calls.qemu("<domain><name>web</name></domain>"));
      System.out.println("then: " + next.attributes().get("subject") + " " + next.xmlAt());
    }
  }
}
