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
 * Makes every event there is: one of each hook call, and the agent's own. Events are CloudEvents
 * 1.0 with JSON data, redacted, without {@code epoch} and {@code sequence}, which the spool gives.
 *
 * <p>Safe between threads. Nothing here blocks, and nothing throws for what a call holds.
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

  /** Takes keys from the calls' own XML only. */
  public Envelopes(HostFacts host, Redaction redaction, Clock clock) {
    this(host, redaction, clock, KnownKeys.NONE);
  }

  /**
   * @param known whose key an event has when its XML does not tell
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
   * The event of a hook call, taken in now. Whatever the call holds, there is one: stdin that is no
   * XML we take is told by {@code data.parseError} and left out, since it cannot be redacted.
   */
  public Envelope of(HookCall call) {
    return hooks.of(call, clock.instant());
  }

  /**
   * {@code agent.started}: the first event of an epoch's part.
   *
   * @param previousEpoch the epoch before a new one began; null when there was none before
   * @param previousHighest the highest number given in it, null when it is unknown
   */
  public Envelope started(@Nullable String previousEpoch, @Nullable Long previousHighest) {
    return event(
        "agent.started",
        null,
        json -> {
          json.writeStringField("version", host.agentVersion());
          if (previousEpoch != null) {
            json.writeStringField("previousEpoch", previousEpoch);
            json.writeStringField(
                "previousHighest",
                previousHighest == null ? Operations.UNKNOWN : sequence(previousHighest));
          }
        });
  }

  /**
   * {@code agent.stopped}: the agent ends in good order. Hooks go on into the mailbox.
   *
   * @param cause one word: {@code signal}, {@code failure}
   */
  public Envelope stopped(String cause) {
    return event("agent.stopped", null, json -> json.writeStringField("cause", cause));
  }

  /**
   * {@code refused}: a broker will never take this event, which lies with the dead letters now.
   *
   * <p>One that tells of an event that was too large is kept as small as can be, since it has to
   * pass the same limit.
   *
   * @param detail what the broker or client said; no data of the event
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

  /** {@code dev.hookbridge.lost.v1}: the promise of delivery ended here for some events. */
  public Envelope lost(Loss loss) {
    return event("lost", loss.causationId(), loss::write);
  }

  /**
   * {@code decision.requested}: the question to the deciders. It carries the hook event's subject,
   * key and data and goes by its route; {@link #told} makes the copy for the feed.
   *
   * @param hook the event of the call it is about, as {@link #of} made it
   * @param timeout how long an answer is of any use, counted from now
   * @param allowsNeeded how many deciders must allow it
   */
  public Envelope requested(Envelope hook, String rule, Duration timeout, int allowsNeeded) {
    Instant now = clock.instant();
    String subject = hook.attributes().getOrDefault("subject", "");
    Context context =
        context(DecisionEvents.REQUESTED, ids.apply(now), now, subject, hook.key())
            .and("causationid", hook.id())
            .and("rule", rule)
            .and("timeoutms", Long.toString(timeout.toMillis()))
            .and("expirytime", DecisionEvents.expiry(now, timeout));
    return DecisionEvents.requested(context.attributes(), hook, rule, timeout, allowsNeeded);
  }

  /** A request as the feed tells of it: the same event by the agent's route, without XML. */
  public Envelope told(Envelope request) {
    return DecisionEvents.told(request, host.name());
  }

  /**
   * {@code decision.made}: what became of a call that was asked about. It has the subject and key
   * of the events of its guest or network.
   *
   * @param id the id of the outcome's record, so that one that is read twice is one event; null for
   *     what was only observed
   */
  public Envelope made(Decision decision, @Nullable String id) {
    EventNames words =
        EventNames.of(
            decision.driver(), decision.object(), decision.operation(), decision.suboperation());
    String before = words.hasXml() ? known.of(words.driver(), words.encoded()) : null;
    Context context =
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
   * {@code decisions.switched}: the operator's break-glass file appeared or vanished.
   *
   * @param by who did it, as far as the file says; empty when it does not
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
   * {@code agent.heartbeat}: so that silence means something. Not to be spooled.
   *
   * @param lastSequence the highest number given so far, 0 when none was
   * @param lag by sink, how many events it has not confirmed
   */
  public Envelope heartbeat(String epoch, long lastSequence, Map<String, Long> lag) {
    return event(
            "agent.heartbeat",
            null,
            json -> {
              json.writeObjectFieldStart("lag");
              for (Map.Entry<String, Long> sink : lag.entrySet()) {
                json.writeNumberField(sink.getKey(), sink.getValue());
              }
              json.writeEndObject();
            })
        .with("epoch", epoch)
        .with("lastsequence", sequence(lastSequence));
  }

  /**
   * An event of the agent's own, {@code dev.hookbridge.<name>.v1}, about this host. Never filtered,
   * routed as {@code agent.<name with _>.-.<host>}; its schema is {@code
   * docs/schema/<name>.v1.json}.
   *
   * @param causationId the id of the hook event it comes of, if of one
   * @param members what its data holds besides {@code host}
   */
  public Envelope event(String name, @Nullable String causationId, JsonMembers members) {
    Instant now = clock.instant();
    return own(name, context(name, ids.apply(now), now, causationId), members);
  }

  /** About this host. */
  private Context context(String name, String id, Instant time, @Nullable String causationId) {
    Context context = context(name, id, time, host.name(), host.name() + "/" + Route.AGENT);
    return causationId == null ? context : context.and("causationid", causationId);
  }

  private Context context(String name, String id, Instant time, String subject, String key) {
    return new Context(id, host, "dev.hookbridge." + name + ".v1", subject)
        .times(time, clock.instant())
        .json(name + ".v1")
        .key(key);
  }

  private Envelope own(String name, Context context, JsonMembers members) {
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

  /** A number as attributes have it: 20 digits, so that text order is number order. */
  private static String sequence(long number) {
    return String.format("%020d", number);
  }
}
