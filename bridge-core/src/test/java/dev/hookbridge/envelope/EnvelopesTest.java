package dev.hookbridge.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.Envelope;
import dev.hookbridge.testing.Recordings;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class EnvelopesTest {
  private final Envelopes envelopes =
      new Envelopes(
          new HostFacts("kvm-07.example.org", "", "0.1.0"),
          Redaction.standard(),
          Clock.systemUTC());

  @Test
  void everyRecordedCallBecomesAnEventWithItsXmlLast() {
    for (Recordings.Recorded recorded : Recordings.all()) {
      Envelope event = envelopes.of(recorded.call("id", 1));
      String data = new String(event.data(), StandardCharsets.UTF_8);
      assertThat(data).doesNotContain("parseError");
      if (recorded.stdin().isEmpty()) {
        assertThat(event.xmlAt()).isEqualTo(-1);
      } else {
        String xml = new String(event.data(), event.xmlAt(), 8, StandardCharsets.UTF_8);
        assertThat(xml).isEqualTo(",\"xml\":\"");
      }
    }
  }
}
