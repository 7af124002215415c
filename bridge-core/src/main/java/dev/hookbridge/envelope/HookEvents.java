package dev.hookbridge.envelope;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.envelope.redaction.Redaction;
import dev.hookbridge.envelope.summary.Summary;
import dev.hookbridge.envelope.xml.ParseError;
import dev.hookbridge.envelope.xml.XmlPass;
import dev.hookbridge.record.HookCall;
import dev.hookbridge.text.JsonMembers;
import dev.hookbridge.text.JsonText;
import dev.hookbridge.text.LenientText;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the event of a hook call. */
final class HookEvents {
  private static final int LARGE = 256 << 10;

  private final HostFacts host;
  private final Redaction redaction;
  private final KnownKeys known;

  HookEvents(HostFacts host, Redaction redaction, KnownKeys known) {
    this.host = host;
    this.redaction = redaction;
    this.known = known;
  }

  Envelope of(HookCall call, Instant recorded) {
    Summary summary = new Summary();
    int size = call.input().length();
    if (size == 0) {
      return event(call, recorded, summary, null, null);
    }
    try {
      JsonText text = size > LARGE ? JsonText.counting() : JsonText.growing(size + size / 8 + 64);
      XmlPass.Result xml = XmlPass.read(call.input(), redaction, summary, text);
      return event(call, recorded, summary, xml, xml.error() == null ? text : null);
    } catch (OutOfMemoryError e) {
      // A document can be made so that it needs many times its size. It must not kill an agent with
      // a small heap at every start. The memory of the failed attempt is garbage now.
      return event(call, recorded, summary, XmlPass.Result.tooLarge(), null);
    }
  }

  private Envelope event(
      HookCall call,
      Instant recorded,
      Summary summary,
      XmlPass.@Nullable Result xml,
      @Nullable JsonText text) {
    EventNames words = EventNames.of(call);
    String element = words.driver().equals(Operations.NETWORK) ? "network" : "domain";
    boolean hidden = redaction.hides(element, "name");
    Identity identity = Identity.of(words, host, summary, hidden, known);
    JsonMembers members = json -> members(json, call, words, summary, identity, xml);
    EventData data =
        text == null
            ? EventData.of(members)
            : EventData.of(members, text.size(), (target, from) -> xml(call, text, target, from));
    return new Envelope(
        attributes(call, recorded, words, identity.key()),
        words.route(host),
        data.json(),
        data.xmlAt());
  }

  /** Writes the XML to its place. A large document was only measured before and is read again. */
  private void xml(HookCall call, JsonText text, byte[] target, int from) {
    if (text.isKept()) {
      System.arraycopy(text.bytes(), 0, target, from, text.size());
    } else {
      XmlPass.read(call.input(), redaction, new Summary(), JsonText.into(target, from));
    }
  }

  private Map<String, String> attributes(
      HookCall call, Instant recorded, EventNames words, String key) {
    String type = "dev.hookbridge.libvirt." + words.driver() + "." + words.operation() + ".v1";
    return new ContextAttributes(call.id(), host, type, words.subject(host))
        .times(Instant.EPOCH.plusNanos(call.time()), recorded)
        .json("hook.v1")
        .key(key)
        .attributes();
  }

  private void members(
      JsonGenerator json,
      HookCall call,
      EventNames words,
      Summary summary,
      Identity identity,
      XmlPass.@Nullable Result xml)
      throws IOException {
    json.writeObjectFieldStart("hook");
    json.writeStringField("driver", words.driver());
    argument(json, "object", call.object());
    argument(json, "operation", call.operation());
    argument(json, "suboperation", call.suboperation());
    argument(json, "extra", call.extra());
    json.writeEndObject();
    host(json, call);
    if (call.late()) {
      json.writeBooleanField("late", true);
    }
    if (call.truncated() > 0) {
      json.writeObjectFieldStart("truncated");
      json.writeNumberField("bytes", call.truncated());
      json.writeEndObject();
    }
    if (xml != null && xml.error() != null) {
      parseError(json, xml.error(), call.input().length());
    }
    if (!identity.mismatch().isEmpty()) {
      json.writeArrayFieldStart("mismatch");
      for (String what : identity.mismatch()) {
        json.writeString(what);
      }
      json.writeEndArray();
    }
    summary.write(json);
    if (xml != null && xml.redacted() > 0) {
      json.writeNumberField("redacted", xml.redacted());
    }
  }

  private void host(JsonGenerator json, HookCall call) throws IOException {
    json.writeObjectFieldStart("host");
    json.writeStringField("name", host.name());
    json.writeStringField("machineId", host.machineId());
    json.writeStringField("bootId", call.bootId());
    json.writeStringField("agentVersion", host.agentVersion());
    json.writeEndObject();
  }

  private static void parseError(JsonGenerator json, ParseError error, int bytes)
      throws IOException {
    json.writeObjectFieldStart("parseError");
    json.writeStringField("message", error.message());
    json.writeNumberField("line", error.line());
    json.writeNumberField("column", error.column());
    json.writeNumberField("bytes", bytes);
    json.writeEndObject();
  }

  static void argument(JsonGenerator json, String name, byte[] bytes) throws IOException {
    LenientText text = LenientText.of(bytes);
    json.writeStringField(name, text.value());
    if (!text.exact()) {
      json.writeBinaryField(name + "Base64", bytes);
    }
  }
}
