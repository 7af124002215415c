package dev.hookbridge.envelope;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Route;
import dev.hookbridge.envelope.GuestList.Guest;
import dev.hookbridge.envelope.ObservedEvent.Subject;
import dev.hookbridge.envelope.redaction.Redaction;
import dev.hookbridge.text.Ids;
import dev.hookbridge.text.JsonMembers;
import dev.hookbridge.text.JsonObjectBuilder;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes the events of what libvirt itself reports: events about guests and networks, inventories,
 * and gaps in the observation. They have the subject and the key of the hook events of their guest
 * or network. Texts of libvirt are redacted like the attributes of a guest's XML.
 *
 * <p>Thread-safe. No method blocks or throws an exception, whatever libvirt sent.
 */
public final class LibvirtEvents {
  static final String INVENTORY = "inventory";
  static final String GAP = "observer.gap";

  /**
   * The longest part of an inventory, in bytes of JSON at most, far below what brokers accept. 500
   * guests with usual names are one part.
   */
  private static final int MOST_PART = 200_000;

  private static final int GUEST = 250;

  /** The most bytes of JSON for a byte of a name: a control character, or base64 besides. */
  private static final int NAME = 8;

  private final HostFacts host;
  private final Redaction redaction;
  private final Clock clock;
  private final Function<Instant, String> ids;

  /** Creates a maker. */
  public LibvirtEvents(HostFacts host, Redaction redaction, Clock clock) {
    this(host, redaction, clock, Ids::next);
  }

  LibvirtEvents(HostFacts host, Redaction redaction, Clock clock, Function<Instant, String> ids) {
    this.host = host;
    this.redaction = redaction;
    this.clock = clock;
    this.ids = ids;
  }

  /** Makes {@code dev.hookbridge.domain.<name>.v1} or {@code dev.hookbridge.network.<name>.v1}. */
  public Envelope of(ObservedEvent event) {
    Subject subject = event.of();
    String what = element(subject);
    String name = what + "." + event.name();
    String uuid = subject.uuid();
    ContextAttributes context =
        OwnEvents.context(host, name, ids.apply(event.time()), subject(subject))
            .times(event.time(), clock.instant())
            .json(what + ".v1")
            .key(subject.isNetwork() ? host.name() + "/" + uuid : uuid);
    return OwnEvents.of(
        host,
        name,
        context,
        json -> {
          json.writeStringField("driver", subject.driver());
          json.writeObjectFieldStart(what);
          identity(json, subject);
          json.writeEndObject();
          json.writeObjectFieldStart("event");
          for (Map.Entry<String, Object> detail : event.details().entrySet()) {
            write(json, detail.getKey(), detail.getValue());
          }
          json.writeEndObject();
        });
  }

  /**
   * Makes {@code observer.gap}: for some time the agent did not hear what libvirt reported.
   *
   * @param reason one word, as {@code docs/events.md} lists them
   */
  public Envelope gap(String driver, Instant from, Instant to, String reason) {
    return own(
        GAP,
        null,
        json -> {
          json.writeStringField("driver", driver);
          json.writeStringField("from", from.toString());
          json.writeStringField("to", to.toString());
          json.writeStringField("reason", reason);
        });
  }

  /**
   * Makes {@code inventory}, in as many parts as its size needs.
   *
   * @param afterSequence the highest number of the spool, after every hook call that was made
   *     before the list was taken was stored
   */
  public List<Envelope> inventory(GuestList list, long afterSequence) {
    List<List<Guest>> parts = parts(list.guests());
    String id = ids.apply(clock.instant());
    List<Envelope> events = new ArrayList<>();
    for (int part = 0; part < parts.size(); part++) {
      int number = part + 1;
      List<Guest> guests = parts.get(part);
      events.add(
          own(
              INVENTORY,
              Ids.digits(afterSequence),
              json -> {
                json.writeStringField("bootId", host.bootId());
                json.writeArrayFieldStart("drivers");
                json.writeString(list.driver());
                json.writeEndArray();
                json.writeBooleanField("complete", list.complete());
                json.writeStringField("inventory", id);
                json.writeNumberField("part", number);
                json.writeNumberField("parts", parts.size());
                json.writeArrayFieldStart("guests");
                for (Guest guest : guests) {
                  write(json, guest);
                }
                json.writeEndArray();
              }));
    }
    return events;
  }

  private static List<List<Guest>> parts(List<Guest> guests) {
    List<List<Guest>> parts = new ArrayList<>();
    List<Guest> part = new ArrayList<>();
    int size = 0;
    for (Guest guest : guests) {
      int more = GUEST + NAME * guest.subject().name().length;
      if (size + more > MOST_PART && !part.isEmpty()) {
        parts.add(part);
        part = new ArrayList<>();
        size = 0;
      }
      part.add(guest);
      size += more;
    }
    parts.add(part);
    return parts;
  }

  private void write(JsonGenerator json, Guest guest) throws IOException {
    json.writeStartObject();
    json.writeStringField("driver", guest.subject().driver());
    identity(json, guest.subject());
    json.writeStringField("state", guest.state());
    json.writeStringField("reason", guest.reason());
    json.writeBooleanField("persistent", guest.persistent());
    json.writeBooleanField("autostart", guest.autostart());
    json.writeEndObject();
  }

  private void identity(JsonGenerator json, Subject subject) throws IOException {
    json.writeStringField("uuid", subject.uuid());
    if (redaction.hides(element(subject), "name")) {
      json.writeStringField("name", Redaction.REDACTED);
    } else {
      HookEvents.argument(json, "name", subject.name());
    }
    if (subject.id() >= 0) {
      json.writeNumberField("id", subject.id());
    }
  }

  private void write(JsonGenerator json, String name, Object value) throws IOException {
    if (value instanceof Long number) {
      json.writeNumberField(name, number);
    } else if (value instanceof Boolean flag) {
      json.writeBooleanField(name, flag);
    } else {
      String shown = redaction.attribute(false, name, value.toString());
      json.writeStringField(name, JsonObjectBuilder.cut(shown));
    }
  }

  private Envelope own(String name, @Nullable String after, JsonMembers members) {
    Instant now = clock.instant();
    ContextAttributes context =
        OwnEvents.context(host, name, ids.apply(now), host.name())
            .times(now, now)
            .json(name + ".v1")
            .key(host.name() + "/" + Route.AGENT);
    if (after != null) {
      context.and("aftersequence", after);
    }
    return OwnEvents.of(host, name, context, members);
  }

  private static String element(Subject subject) {
    return subject.isNetwork() ? "network" : "domain";
  }

  private static String subject(Subject subject) {
    byte[] none = new byte[0];
    return EventNames.of(subject.driver(), subject.name(), none, none).encoded();
  }
}
