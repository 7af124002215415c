package dev.hookbridge.envelope;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Route;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/** Writes the data of the decision events. */
final class DecisionEvents {
  static final String REQUESTED = "decision.requested";
  static final String MADE = "decision.made";

  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private DecisionEvents() {}

  /**
   * Makes a request. Its data is the hook's data with a member {@code decision} before the XML. The
   * XML stays the last member.
   *
   * @param context the attributes of the new event
   */
  static Envelope requested(
      Map<String, String> context, Envelope hook, String rule, Duration timeout, int allowsNeeded) {
    byte[] data = hook.data();
    int head = hook.xmlAt() < 0 ? data.length - 1 : hook.xmlAt();
    byte[] decision =
        EventData.of(
                json -> {
                  json.writeObjectFieldStart("decision");
                  json.writeStringField("rule", rule);
                  json.writeNumberField("timeoutMs", timeout.toMillis());
                  json.writeNumberField("allowsNeeded", allowsNeeded);
                  json.writeEndObject();
                })
            .json();
    ByteArrayOutputStream whole = new ByteArrayOutputStream(data.length + decision.length + 1);
    whole.write(data, 0, head);
    whole.write(',');
    whole.write(decision, 1, decision.length - 2); // its members without the braces
    int xmlAt = hook.xmlAt() < 0 ? -1 : whole.size();
    whole.write(data, head, data.length - head);
    return new Envelope(context, hook.route(), whole.toByteArray(), xmlAt);
  }

  /**
   * Makes the copy of a request for the feed. It has the agent's route and no XML, because the hook
   * event in the feed already contains the XML.
   */
  static Envelope reported(Envelope request, String host) {
    byte[] data = request.data();
    if (request.xmlAt() >= 0) {
      data = java.util.Arrays.copyOf(data, request.xmlAt() + 1);
      data[request.xmlAt()] = '}';
    }
    Route route = new Route(Route.AGENT, REQUESTED.replace('.', '_'), "-", host);
    return new Envelope(request.attributes(), route, data, -1);
  }

  /**
   * Returns the time until which a reply is useful, in the format of CloudEvents' expiry extension.
   * It always has three decimal places of a second, because many libraries accept no other number.
   */
  static String expiry(Instant now, Duration timeout) {
    return MILLIS.format(now.plus(timeout));
  }

  static void write(JsonGenerator json, Decision made) throws IOException {
    json.writeObjectFieldStart("hook");
    String driver = Operations.driverWord(made.driver());
    json.writeStringField("driver", driver);
    HookEvents.argument(json, "object", made.object());
    HookEvents.argument(json, "operation", made.operation());
    HookEvents.argument(json, "suboperation", made.suboperation());
    json.writeEndObject();
    json.writeStringField("mode", made.enforced() ? "enforce" : "observe");
    json.writeStringField("decision", made.veto() ? RuleResult.VETO : RuleResult.ALLOW);
    if (made.enforced()) {
      json.writeNumberField("exit", made.veto() ? 1 : 0);
    }
    json.writeStringField("cause", made.cause());
    if (!made.rule().isEmpty()) {
      json.writeStringField("rule", made.rule());
    }
    if (!made.reason().isEmpty()) {
      json.writeStringField("reason", made.reason());
    }
    json.writeNumberField("waitedMs", made.waitedMs());
    RuleResult.write(json, made.rules());
  }
}
