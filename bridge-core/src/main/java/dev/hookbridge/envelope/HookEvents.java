package dev.hookbridge.envelope;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hookbridge.Envelope;
import dev.hookbridge.mailbox.HookCall;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the event of one hook call. */
final class HookEvents {
  private final HostFacts host;
  private final Redaction redaction;

  HookEvents(HostFacts host, Redaction redaction) {
    this.host = host;
    this.redaction = redaction;
  }

  Envelope of(HookCall call, Instant recorded) {
    Summary summary = new Summary();
    if (call.stdin().length == 0) {
      return event(call, recorded, summary, null);
    }
    try {
      XmlPass.Result xml = XmlPass.read(call.stdin(), redaction, summary);
      return event(call, recorded, summary, xml);
    } catch (OutOfMemoryError e) {
      // A document of 16 MiB takes many times its size while it is read. An agent with a small heap
      // must not die of it at every start; all that was begun is garbage by now.
      return event(call, recorded, summary, XmlPass.Result.tooLarge());
    }
  }

  private Envelope event(
      HookCall call, Instant recorded, Summary summary, XmlPass.@Nullable Result xml) {
    Words words = Words.of(call);
    String shown = xml == null ? null : xml.xml();
    EventData data =
        EventData.of(
            shown == null ? 0 : shown.length() + shown.length() / 8,
            json -> members(json, call, words, summary, xml),
            shown);
    return new Envelope(
        attributes(call, recorded, words, summary), words.route(host), data.json(), data.xmlAt());
  }

  private Map<String, String> attributes(
      HookCall call, Instant recorded, Words words, Summary summary) {
    String type = "dev.hookbridge.libvirt." + words.driver() + "." + words.operation() + ".v1";
    return new Context(call.id(), host, type, words.subject(host))
        .times(Instant.EPOCH.plusNanos(call.time()), recorded)
        .json("hook.v1")
        .key(words.key(host, summary))
        .attributes();
  }

  private void members(
      JsonGenerator json, HookCall call, Words words, Summary summary, XmlPass.@Nullable Result xml)
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
      parseError(json, xml.error(), call.stdin().length);
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
    Text text = Text.of(bytes);
    json.writeStringField(name, text.value());
    if (!text.exact()) {
      json.writeBinaryField(name + "Base64", bytes);
    }
  }
}
