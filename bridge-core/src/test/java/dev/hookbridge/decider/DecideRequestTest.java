package dev.hookbridge.decider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Route;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A request is what somebody wrote into a topic. */
class DecideRequestTest {
  private static final Instant NOW = Instant.parse("2026-11-22T11:00:00Z");

  private static DecideRequest request(Map<String, String> attributes, String data, Duration ago) {
    Map<String, String> all = new LinkedHashMap<>(attributes);
    all.put("id", "1");
    Envelope event =
        new Envelope(all, new Route("", "", "", ""), data.getBytes(StandardCharsets.UTF_8), -1);
    return new DecideRequest(event, System.nanoTime() - ago.toNanos());
  }

  @ParameterizedTest
  @CsvSource({
    "2000, 2026-11-22T11:00:02Z,  0, 2000",
    "2000, 2026-11-22T11:00:02Z,  500, 1500",
    "2000, 2026-11-22T11:00:01Z,  0, 1000",
    "2000, 2026-11-22T10:59:59Z,  0, -1000",
    "2000, 2026-11-22T12:00:00Z,  0, 2000",
    "2000, soon,                  0, 2000",
    "2000, ,                      0, 2000",
    "-1,   ,                      0, 10000",
    "999999999999, ,              0, 10000",
    "x,    2026-11-22T11:00:03Z,  0, 3000",
    "2000, +1000000000-12-31T23:59:59Z, 0, 2000",
    "2000, -1000000000-01-01T00:00:00Z, 0, -315360000000",
  })
  void remainingTimeIsTheSmallerOfBothClocks(String timeout, String expiry, long ago, long left) {
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put("timeoutms", timeout);
    if (expiry != null) {
      attributes.put("expirytime", expiry);
    }
    long before = System.nanoTime();
    Duration computed = request(attributes, "{}", Duration.ofMillis(ago)).left(NOW);
    Duration passed = Duration.ofNanos(System.nanoTime() - before);
    Duration exact = Duration.ofMillis(left);
    assertThat(computed).isBetween(exact.minus(passed).minusMillis(1), exact);
  }

  @Test
  void theLogSaysRuleHookAndGuest() {
    String data =
        "{\"x\":[{\"hook\":1}],\"hook\":{\"extra\":{},\"driver\":\"qemu\",\"operation\":\"start\","
            + "\"object\":\"web-1\"}}";
    assertThat(request(Map.of("rule", "placement"), data, Duration.ZERO))
        .hasToString("placement qemu.start web-1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "[]", "{", "null", "{\"hook\":7}", "{\"hook\":{\"object\":[]}}", "\0"})
  void unreadableValueIsADash(String data) {
    assertThat(request(Map.of(), data, Duration.ZERO)).hasToString("- -.- -");
  }
}
