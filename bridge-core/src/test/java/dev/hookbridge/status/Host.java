package dev.hookbridge.status;

import dev.hookbridge.decision.request.PendingRequest;
import dev.hookbridge.observer.LinkState;
import dev.hookbridge.status.Snapshot.DecisionState;
import dev.hookbridge.status.Snapshot.MailboxState;
import dev.hookbridge.status.Snapshot.SinkState;
import dev.hookbridge.status.Snapshot.SpoolUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** An agent that is well, until a test says otherwise. */
final class Host implements StatusSource {
  static final Instant NOW = Instant.parse("2026-02-03T04:05:06.789Z");
  private static final String EPOCH = "6f1c0a52";

  volatile Supplier<Instant> clock = () -> NOW;
  volatile List<SinkState> sinks = List.of(sink(true, 0, 0, "", 0));
  volatile SpoolUsage spool = new SpoolUsage(0, 1 << 20, 4L << 30, 12, EPOCH, "");
  volatile MailboxState mailbox = new MailboxState(0, 11, "");
  volatile DecisionState decisions = decisions(0, true, List.of(), List.of());
  volatile Map<String, Long> losses = Map.of("damaged", 0L);
  volatile List<LinkState> observer = List.of();
  volatile List<EventSummary> events = List.of();

  static SinkState sink(
      boolean connected, long waiting, double oldest, String reason, double dead) {
    return new SinkState("feed", "kafka", connected, waiting, oldest, reason, dead);
  }

  static SpoolUsage spool(long bytes, String problem) {
    return new SpoolUsage(3, bytes, 4L << 30, 12, EPOCH, problem);
  }

  static DecisionState decisions(
      int rules, boolean enabled, List<String> unreachable, List<PendingRequest> open) {
    return new DecisionState(rules, enabled, unreachable, Map.of("veto", 2L), 1, open);
  }

  static PendingRequest pending(String object) {
    return new PendingRequest(
        "placement", "qemu.prepare", object, Duration.ofMillis(1200), Duration.ofMillis(700), true);
  }

  static EventSummary event(long sequence, String subject) {
    return new EventSummary(
        sequence, "2026-02-03T04:05:06.123Z", "dev.hookbridge.libvirt.qemu.started.v1", subject);
  }

  @Override
  public Snapshot snapshot() {
    return new Snapshot(
        "kvm-07.example.org",
        "0.1.0",
        clock.get(),
        Duration.ofMinutes(192),
        sinks,
        spool,
        mailbox,
        decisions,
        losses,
        observer,
        events);
  }
}
