package dev.hookbridge.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.docs.Page;
import dev.hookbridge.envelope.redaction.Redaction;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a request expires, as libraries read it that are strict about digits. */
class ExpiryTest {
  /** All that {@code datetime.fromisoformat} of Python 3.7 to 3.10 takes for a moment in UTC. */
  private static final Pattern OLD_PYTHON =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{3}(\\d{3})?)?[+]00:00");

  @ParameterizedTest
  @CsvSource({
    "2026-01-15T09:30:00Z,2026-01-15T09:30:02.000Z",
    "2026-01-15T09:30:00.1Z,2026-01-15T09:30:02.100Z",
    "2026-01-15T09:30:00.123456789Z,2026-01-15T09:30:02.123Z",
    "2026-12-31T23:59:59.999999999Z,2027-01-01T00:00:01.999Z",
    "2026-01-15T09:30:00.000000001Z,2026-01-15T09:30:02.000Z"
  })
  void itHasMilliseconds(String now, String expiry) throws IOException {
    Clock clock = Clock.fixed(Instant.parse(now), ZoneOffset.UTC);
    Envelopes envelopes = new Envelopes(Calls.HOST, Redaction.standard(), clock);
    Envelope hook = envelopes.of(Calls.qemu("<domain/>"));
    String reported =
        envelopes.requested(hook, "a", Duration.ofSeconds(2), 1).attributes().get("expirytime");
    String pattern = Schemas.read("event.v1").at("/properties/expirytime/pattern").asText();
    assertThat(reported).isEqualTo(expiry).matches(pattern);
    assertThat(reported.replace("Z", "+00:00")).matches(OLD_PYTHON);
  }

  /** Before Python 3.11 it knows no {@code Z}. */
  @Test
  void thePagesPythonReadsItInTheOldWay() {
    String python = Page.of("docs/decisions.md").block("run: kafka");
    assertThat(python).contains("fromisoformat(").contains(".replace(\"Z\", \"+00:00\"))");
  }
}
