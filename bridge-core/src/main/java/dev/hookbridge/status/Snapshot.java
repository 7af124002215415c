package dev.hookbridge.status;

import dev.hookbridge.decision.request.PendingRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * How an agent is at a moment. It holds no data of an event but what {@link EventSummary} has.
 *
 * @param host its name in every event
 * @param up since the agent's start
 * @param losses by reason, how many events were lost since the agent's start
 * @param events the last events, the newest first
 */
public record Snapshot(
    String host,
    String version,
    Instant now,
    Duration up,
    List<SinkState> sinks,
    SpoolUsage spool,
    MailboxState mailbox,
    DecisionState decisions,
    Map<String, Long> losses,
    List<EventSummary> events) {

  /**
   * A sink.
   *
   * @param waiting events its broker has not confirmed
   * @param oldest the age of the oldest of them in seconds, 0 when there is none
   * @param reason the word of what keeps it from delivering, empty when nothing does
   * @param dead its dead letters
   */
  public record SinkState(
      String name,
      String type,
      boolean connected,
      long waiting,
      double oldest,
      String reason,
      double dead) {}

  /**
   * The spool.
   *
   * @param limit what {@code bytes} may be before events are dropped
   * @param last the highest number given
   * @param problem one sentence, empty when it stores
   */
  public record SpoolUsage(
      long events, long bytes, long limit, long last, String epoch, String problem) {}

  /**
   * The mailbox.
   *
   * @param files known to wait
   * @param calls taken in since the agent's start
   * @param problem one sentence, empty when calls are taken in
   */
  public record MailboxState(long files, long calls, String problem) {}

  /**
   * Decisions.
   *
   * @param rules those that are not off
   * @param enabled false while the operator has switched decisions off
   * @param unreachable the sinks over which rules ask and nobody can be asked now
   * @param made by {@code allow}, {@code veto} and {@code none}, how many since the agent's start
   * @param failedOpen calls let through by a default
   */
  public record DecisionState(
      int rules,
      boolean enabled,
      List<String> unreachable,
      Map<String, Long> made,
      long failedOpen,
      List<PendingRequest> open) {}
}
