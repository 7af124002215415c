package dev.hookbridge.envelope;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Route;
import dev.hookbridge.envelope.redaction.Redaction;
import dev.hookbridge.record.HookCall;
import dev.hookbridge.text.Ids;
import dev.hookbridge.text.JsonMembers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes all events: one for each hook call, and the agent's own events. An event is a CloudEvent
 * 1.0 with redacted JSON data. It has no {@code epoch} and {@code sequence} yet: the spool adds
 * them.
 *
 * <p>Thread-safe. No method blocks, and no content of a call makes a method throw an exception.
 */
public final class Envelopes {
  private static final int SMALL_DETAIL = 50;
  private static final List<String> SMALL_EVENT = List.of("id", "type", "partitionkey");
  private static final List<String> WHOLE_EVENT =
      List.of("id", "type", "subject", "partitionkey", "sequence", "epoch");

  private final HostFacts host;
  private final Clock clock;
  private final Function<Instant, String> ids;
  private final KnownKeys known;
  private final HookEvents hooks;

  /** Creates a maker that takes partition keys only from the XML of the calls. */
  public Envelopes(HostFacts host, Redaction redaction, Clock clock) {
    this(host, redaction, clock, KnownKeys.NONE);
  }

  /**
   * Creates a maker that also uses known partition keys.
   *
   * @param known returns the partition key for an event whose XML contains no key
   */
  public Envelopes(HostFacts host, Redaction redaction, Clock clock, KnownKeys known) {
    this(host, redaction, clock, known, Ids::next);
  }

  Envelopes(
      HostFacts host,
      Redaction redaction,
      Clock clock,
      KnownKeys known,
      Function<Instant, String> ids) {
    this.host = host;
    this.clock = clock;
    this.known = known;
    this.ids = ids;
    this.hooks = new HookEvents(host, redaction, known);
  }

  /**
   * Makes the event of a hook call that is ingested now. Every call gets an event. If stdin is not
   * acceptable XML, the event has {@code data.parseError} and no XML, because such XML cannot be
   * redacted.
   */
  public Envelope of(HookCall call) {
    return hooks.of(call, clock.instant());
  }

  /**
   * Makes {@code agent.started}, the first event of an agent's run.
   *
   * @param previousEpoch the epoch before a new one began; null if there was none
   * @param previousHighest the highest number of that epoch; null if it is unknown
   * @param previousHost the name of this host in that epoch; null if it is the same or unknown
   */
  public Envelope started(
      @Nullable String previousEpoch,
      @Nullable Long previousHighest,
      @Nullable String previousHost) {
    return event(
        "agent.started",
        null,
        json -> {
          json.writeStringField("version", host.agentVersion());
          json.writeStringField("bootId", host.bootId());
          if (previousEpoch != null) {
            json.writeStringField("previousEpoch", previousEpoch);
            json.writeStringField(
                "previousHighest",
                previousHighest == null ? Operations.UNKNOWN : Ids.digits(previousHighest));
          }
          if (previousHost != null) {
            json.writeStringField("previousSource", ContextAttributes.source(previousHost));
          }
        });
  }

  /**
   * Makes {@code agent.stopped}: the agent stops normally. Hooks continue to write to the mailbox.
   *
   * @param cause one word: {@code signal}, {@code failure}
   */
  public Envelope stopped(String cause) {
    return event("agent.stopped", null, json -> json.writeStringField("cause", cause));
  }

  /**
   * Makes {@code refused}: a broker will never accept an event, and the event is now a dead letter.
   *
   * <p>If the refused event was too large, this event is kept as small as possible, because it has
   * to pass the same limit.
   *
   * @param detail the message of the broker or client; it contains no data of the event
   */
  public Envelope refused(Envelope refused, String sink, Reason reason, String detail) {
    boolean small = reason == Reason.TOO_LARGE;
    String said = small ? detail.substring(0, Math.min(detail.length(), SMALL_DETAIL)) : detail;
    List<String> names = small ? SMALL_EVENT : WHOLE_EVENT;
    return event(
        "refused",
        refused.id(),
        json -> {
          json.writeObjectFieldStart("event");
          for (String name : names) {
            String value = refused.attributes().get(name);
            if (value != null) {
              json.writeStringField(name, value);
            }
          }
          json.writeEndObject();
          json.writeStringField("sink", sink);
          json.writeStringField("reason", reason.word());
          json.writeStringField("detail", said);
        });
  }

  /** Makes {@code dev.hookbridge.lost.v1}: the agent could not deliver some events to all sinks. */
  public Envelope lost(Loss loss) {
    return event("lost", loss.causationId(), loss::write);
  }

  /**
   * Makes {@code decision.requested}, the request to the deciders. It has the hook event's subject,
   * key, data and route. {@link #reported} makes the copy for the feed.
   *
   * @param hook the event of the call, as {@link #of} made it
   * @param timeout the time for which a reply is useful, starting now
   * @param allowsNeeded the number of deciders that must allow the call
   */
  public Envelope requested(Envelope hook, String rule, Duration timeout, int allowsNeeded) {
    Instant now = clock.instant();
    String subject = hook.attributes().getOrDefault("subject", "");
    ContextAttributes context =
        context(DecisionEvents.REQUESTED, ids.apply(now), now, subject, hook.key())
            .and("causationid", hook.id())
            .and("rule", rule)
            .and("timeoutms", Long.toString(timeout.toMillis()))
            .and("expirytime", DecisionEvents.expiry(now, timeout));
    return DecisionEvents.requested(context.attributes(), hook, rule, timeout, allowsNeeded);
  }

  /**
   * Returns the copy of a request for the feed: the same event with the agent's route and without
   * XML.
   */
  public Envelope reported(Envelope request) {
    return DecisionEvents.reported(request, host.name());
  }

  /**
   * Makes {@code decision.made}: the outcome of a call that needed a decision. It has the subject
   * and key of the events of its guest or network.
   *
   * @param id the id of the outcome's record, so a record that is read twice makes the same event;
   *     null for a dry run
   */
  public Envelope made(Decision decision, @Nullable String id) {
    EventNames words =
        EventNames.of(
            decision.driver(), decision.object(), decision.operation(), decision.suboperation());
    String before = words.hasXml() ? known.of(words.driver(), words.encoded()) : null;
    ContextAttributes context =
        context(
                DecisionEvents.MADE,
                id == null ? ids.apply(clock.instant()) : id,
                decision.time(),
                words.subject(host),
                before == null ? words.fallbackKey(host) : before)
            .and("causationid", decision.call());
    return own(DecisionEvents.MADE, context, json -> DecisionEvents.write(json, decision));
  }

  /**
   * Makes {@code decisions.switched}: the file of the kill switch appeared or vanished.
   *
   * @param by the user who did it, as the file says; empty if the file does not say it
   */
  public Envelope switched(boolean enabled, String by) {
    return event(
        "decisions.switched",
        null,
        json -> {
          json.writeBooleanField("enabled", enabled);
          if (!by.isEmpty()) {
            json.writeStringField("by", by);
          }
        });
  }

  /**
   * Makes {@code agent.heartbeat}, so that consumers can detect a silent agent. It must not be
   * spooled.
   *
   * @param lastSequence the highest number so far, 0 if there is none
   * @param lag the number of unconfirmed events, by sink
   */
  public Envelope heartbeat(String epoch, long lastSequence, Map<String, Long> lag) {
    return event(
            "agent.heartbeat",
            null,
            json -> {
              json.writeStringField("bootId", host.bootId());
              json.writeObjectFieldStart("lag");
              for (Map.Entry<String, Long> sink : lag.entrySet()) {
                json.writeNumberField(sink.getKey(), sink.getValue());
              }
              json.writeEndObject();
            })
        .with("epoch", epoch)
        .with("lastsequence", Ids.digits(lastSequence));
  }

  /**
   * Makes an event of the agent's own, {@code dev.hookbridge.<name>.v1}, about this host. It is
   * never filtered. Its route is {@code agent.<name with _>.-.<host>}. Its schema is {@code
   * docs/schema/<name>.v1.json}.
   *
   * @param causationId the id of the hook event that caused it, or null
   * @param members the members of its data besides {@code host}
   */
  public Envelope event(String name, @Nullable String causationId, JsonMembers members) {
    Instant now = clock.instant();
    return own(name, context(name, ids.apply(now), now, causationId), members);
  }

  /** Returns the context of an event about this host. */
  private ContextAttributes context(
      String name, String id, Instant time, @Nullable String causationId) {
    ContextAttributes context =
        context(name, id, time, host.name(), host.name() + "/" + Route.AGENT);
    return causationId == null ? context : context.and("causationid", causationId);
  }

  private ContextAttributes context(
      String name, String id, Instant time, String subject, String key) {
    return OwnEvents.context(host, name, id, subject)
        .times(time, clock.instant())
        .json(name + ".v1")
        .key(key);
  }

  private Envelope own(String name, ContextAttributes context, JsonMembers members) {
    return OwnEvents.of(host, name, context, members);
  }
}
