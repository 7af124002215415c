package dev.hookbridge.envelope;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Route;
import dev.hookbridge.text.JsonMembers;

/** What the events that are not hook calls have in common: type, schema, host and route. */
final class OwnEvents {
  private OwnEvents() {}

  /** Returns the first attributes of {@code dev.hookbridge.<name>.v1}. */
  static ContextAttributes context(HostFacts host, String name, String id, String subject) {
    return new ContextAttributes(id, host, "dev.hookbridge." + name + ".v1", subject);
  }

  /** Makes the event. Its data begins with the host. It passes every filter. */
  static Envelope of(HostFacts host, String name, ContextAttributes context, JsonMembers members) {
    EventData data =
        EventData.of(
            json -> {
              json.writeObjectFieldStart("host");
              json.writeStringField("name", host.name());
              json.writeStringField("machineId", host.machineId());
              json.writeStringField("agentVersion", host.agentVersion());
              json.writeEndObject();
              members.write(json);
            });
    Route route = new Route(Route.AGENT, name.replace('.', '_'), "-", host.name());
    return new Envelope(context.attributes(), route, data.json(), data.xmlAt());
  }
}
