package dev.hookbridge.decision.request;

import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.decision.rule.Cause;
import dev.hookbridge.decision.rule.DecisionMeters;
import dev.hookbridge.decision.rule.EventMap;
import dev.hookbridge.decision.rule.Rule;
import dev.hookbridge.envelope.Envelopes;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends the requests of a {@link PendingDecision} over their channels and passes the replies back
 * to it. Thread-safe. It never waits.
 */
public final class RequestDispatcher implements ChannelSupervisor.Listener {
  /**
   * Number of ended requests to remember. They make it possible to distinguish a late reply from a
   * foreign one.
   */
  private static final int MOST_ENDED = 4_096;

  private record Asked(PendingDecision asking, RuleVote question, ChannelSupervisor line) {}

  private final Map<String, ChannelSupervisor> lines;
  private final Envelopes envelopes;
  private final Consumer<Envelope> report;
  private final IgnoredReplies ignored;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Asked> open = new ConcurrentHashMap<>();
  private final Map<String, Asked> ended =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Asked> eldest) {
              return size() > MOST_ENDED;
            }
          });

  /**
   * Creates a dispatcher.
   *
   * @param lines the channels by sink name; the map may be filled until the first call
   * @param report receives an event for the feed; it must not wait
   */
  public RequestDispatcher(
      Map<String, ChannelSupervisor> lines,
      Envelopes envelopes,
      Consumer<Envelope> report,
      DecisionMeters meters) {
    this.lines = lines;
    this.envelopes = envelopes;
    this.report = report;
    this.ignored = new IgnoredReplies(meters);
  }

  /**
   * Sends a request for each rule whose condition is true, all at once. If a default already
   * vetoes, no request is sent.
   *
   * @param hook the event of the call
   */
  public void ask(PendingDecision asking, Envelope hook) {
    List<RuleVote> questions = applying(asking.questions(), hook);
    asking.narrow(questions);
    for (RuleVote question : questions) {
      if (!line(question).ready()) {
        asking.settle(question, Cause.ERROR);
      }
    }
    for (RuleVote question : questions) {
      if (asking.isOpen(question)) {
        ask(asking, question, hook);
      }
    }
    if (asking.isOver()) {
      ended(asking); // it ended while the last requests were sent
    }
  }

  private static List<RuleVote> applying(List<RuleVote> questions, Envelope hook) {
    if (questions.stream().allMatch(question -> question.rule().condition().isEmpty())) {
      return questions;
    }
    Map<String, Object> data = EventMap.of(hook);
    return questions.stream()
        .filter(
            question -> question.rule().condition().map(holds -> holds.holds(data)).orElse(true))
        .toList();
  }

  private void ask(PendingDecision asking, RuleVote question, Envelope hook) {
    Rule rule = question.rule();
    Duration left = asking.left(rule);
    if (left.toMillis() == 0) {
      return; // the deadline queue will settle it
    }
    ChannelSupervisor line = line(question);
    Envelope request = envelopes.requested(hook, rule.name(), left, rule.allowsNeeded());
    // The event is queued before a decider can reply. The shim's record of the outcome follows it.
    Envelope copy = envelopes.reported(request);
    if (!asking.whileOpen(question, () -> report.accept(copy))) {
      return;
    }
    String correlation = correlation();
    open.put(correlation, new Asked(asking, question, line));
    line.ask(new DecisionRequest(correlation, rule.name(), line.fitting(request), left));
  }

  private ChannelSupervisor line(RuleVote question) {
    return Objects.requireNonNull(lines.get(question.rule().via()));
  }

  private String correlation() {
    byte[] bits = new byte[16];
    random.nextBytes(bits);
    return HexFormat.of().formatHex(bits);
  }

  /** Returns the open requests, the longest wait first. */
  public List<PendingRequest> pending() {
    return open.values().stream()
        .filter(asked -> asked.asking().isOpen(asked.question()))
        .map(asked -> PendingRequest.of(asked.asking(), asked.question().rule()))
        .sorted(Comparator.comparing(PendingRequest::waited).reversed())
        .toList();
  }

  /** Marks the requests of a decided call as ended. A reply from now on is late. */
  public void ended(PendingDecision asking) {
    open.forEach(
        (correlation, asked) -> {
          if (asked.asking() == asking) {
            ended.put(correlation, asked);
            open.remove(correlation);
          }
        });
  }

  @Override
  public void replied(ChannelSupervisor line, String correlation, byte[] body) {
    long now = System.nanoTime();
    Asked asked = find(line, correlation);
    if (asked == null) {
      ignored.foreign(line.name());
      return;
    }
    PendingDecision asking = asked.asking();
    Rule rule = asked.question().rule();
    Optional<Reply> reply = Reply.of(body);
    if (reply.isEmpty()) {
      asking.malformed(asked.question(), now);
      ignored.reply(asking, rule, "", DecisionMeters.Ignored.MALFORMED, now);
      return;
    }
    DecisionMeters.Ignored why = asking.hear(asked.question(), reply.get(), now);
    if (why != null) {
      ignored.reply(asking, rule, reply.get().decider(), why, now);
    }
  }

  /** Finds a request that was sent over this channel. A reply over another channel is foreign. */
  private @Nullable Asked find(ChannelSupervisor line, String correlation) {
    Asked asked = open.get(correlation);
    Asked found = asked == null ? ended.get(correlation) : asked;
    return found != null && found.line() == line ? found : null;
  }

  @Override
  public void unheard(ChannelSupervisor line, String correlation) {
    settle(line, correlation, Cause.NO_DECIDER);
  }

  @Override
  public void failed(ChannelSupervisor line, String correlation) {
    settle(line, correlation, Cause.ERROR);
  }

  private void settle(ChannelSupervisor line, String correlation, Cause why) {
    Asked asked = find(line, correlation);
    if (asked != null) {
      asked.asking().settle(asked.question(), why);
    }
  }

  @Override
  public void broken(ChannelSupervisor line) {
    for (Asked asked : List.copyOf(open.values())) {
      if (asked.line() == line) {
        asked.asking().settle(asked.question(), Cause.ERROR);
      }
    }
  }
}
