package dev.hookbridge.status;

import dev.hookbridge.decision.request.PendingRequest;
import dev.hookbridge.observer.LinkState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The state of an agent at one moment. It contains no event data except {@link EventSummary}.
 *
 * @param host the host's name in every event
 * @param up the time since the agent's start
 * @param losses the number of lost events since the agent's start, by reason
 * @param observer the drivers of libvirt that the agent listens to
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
    List<LinkState> observer,
    List<EventSummary> events) {

  /**
   * The state of a sink.
   *
   * @param waiting the number of events that its broker has not confirmed
   * @param oldest the age of the oldest of them in seconds, 0 if there is none
   * @param reason the word for the problem that prevents delivery, empty if there is none
   * @param dead the number of its dead letters
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
   * The state of the spool.
   *
   * @param limit the maximum of {@code bytes}; above it events are dropped
   * @param last the highest sequence number
   * @param problem the problem that prevents storing, in one sentence; empty if there is none
   */
  public record SpoolUsage(
      long events, long bytes, long limit, long last, String epoch, String problem) {}

  /**
   * The state of the mailbox.
   *
   * @param files the number of files known to wait
   * @param calls the number of calls ingested since the agent's start
   * @param problem the problem that prevents the intake of calls, in one sentence; empty if there
   *     is none
   */
  public record MailboxState(long files, long calls, String problem) {}

  /**
   * The state of decisions.
   *
   * @param rules the number of rules that are not off
   * @param enabled false while the operator has switched decisions off
   * @param unreachable the sinks of rules whose deciders cannot be asked now
   * @param made the number of results since the agent's start, by {@code allow}, {@code veto} and
   *     {@code none}
   * @param failedOpen the number of calls that a default allowed
   * @param open the pending requests
   */
  public record DecisionState(
      int rules,
      boolean enabled,
      List<String> unreachable,
      Map<String, Long> made,
      long failedOpen,
      List<PendingRequest> open) {}
}
