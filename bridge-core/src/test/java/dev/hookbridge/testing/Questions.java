package dev.hookbridge.testing;

import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Route;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Makes decision requests as the agent does, from a seed. */
public final class Questions {
  private static final Duration EXPIRY = Duration.ofSeconds(10);
  private final SampleEvents events;
  private final Random random;

  /** Creates a source of requests. */
  public Questions(long seed) {
    events = new SampleEvents(seed);
    random = new Random(seed);
  }

  /** Returns a request with about 500 bytes of data. */
  public DecisionRequest next(String rule, String guest) {
    return large(rule, guest, 500);
  }

  /** Returns a request with about this many bytes of data. */
  public DecisionRequest large(String rule, String guest, int bytes) {
    return of(rule, events.next(guest, bytes), EXPIRY);
  }

  /** Returns a request with this data and expiry. */
  public DecisionRequest of(String rule, String guest, byte[] data, Duration expiry) {
    return of(rule, events.next(guest, data), expiry);
  }

  private synchronized DecisionRequest of(String rule, Envelope event, Duration expiry) {
    Map<String, String> attributes = new LinkedHashMap<>(event.attributes());
    attributes.put("type", "dev.hookbridge.decision.requested.v1");
    attributes.put("causationid", event.id());
    attributes.put("timeoutms", String.valueOf(expiry.toMillis()));
    attributes.put("expirytime", Instant.now().plus(expiry).toString());
    Route route = new Route("qemu", "prepare", "begin", event.route().object());
    byte[] correlation = new byte[16];
    random.nextBytes(correlation);
    return new DecisionRequest(
        HexFormat.of().formatHex(correlation),
        rule,
        new Envelope(attributes, route, event.data(), -1),
        expiry);
  }
}
