package dev.hookbridge.decision;

import dev.hookbridge.DecisionRequest;
import dev.hookbridge.Envelope;
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
 * Puts the questions of an {@link Asking} on their lines, and brings what is heard there back to
 * it. Safe between threads; waits for nothing.
 */
final class Desk implements Line.Listener {
  /** Ended questions that are remembered, to tell a late reply from a foreign one. */
  private static final int MOST_ENDED = 4_096;

  private record Asked(Asking asking, Question question, Line line) {}

  private final Map<String, Line> lines;
  private final Envelopes envelopes;
  private final Consumer<Envelope> tell;
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
   * @param lines by the name of their sink; may still be filled until the first call
   * @param tell takes an event for the feed, without waiting
   */
  Desk(
      Map<String, Line> lines,
      Envelopes envelopes,
      Consumer<Envelope> tell,
      DecisionMeters meters) {
    this.lines = lines;
    this.envelopes = envelopes;
    this.tell = tell;
    this.ignored = new IgnoredReplies(meters);
  }

  /**
   * Asks all rules at once whose condition holds. A default that vetoes already spares the deciders
   * the question.
   *
   * @param hook the event of the call
   */
  void ask(Asking asking, Envelope hook) {
    List<Question> questions = applying(asking.questions(), hook);
    asking.narrow(questions);
    for (Question question : questions) {
      if (!line(question).ready()) {
        asking.settle(question, Cause.ERROR);
      }
    }
    for (Question question : questions) {
      if (asking.isOpen(question)) {
        ask(asking, question, hook);
      }
    }
    if (asking.isOver()) {
      ended(asking); // it ended while the last were asked
    }
  }

  private static List<Question> applying(List<Question> questions, Envelope hook) {
    if (questions.stream().allMatch(question -> question.rule().condition().isEmpty())) {
      return questions;
    }
    Map<String, Object> data = EventMap.of(hook);
    return questions.stream()
        .filter(
            question -> question.rule().condition().map(holds -> holds.holds(data)).orElse(true))
        .toList();
  }

  private void ask(Asking asking, Question question, Envelope hook) {
    Rule rule = question.rule();
    Duration left = asking.left(rule);
    if (left.toMillis() == 0) {
      return; // the clock will settle it
    }
    Line line = line(question);
    Envelope request = envelopes.requested(hook, rule.name(), left, rule.allowsNeeded());
    // Told before anybody can answer: what is decided is told by the shim's record, behind this.
    Envelope copy = envelopes.told(request);
    if (!asking.whileOpen(question, () -> tell.accept(copy))) {
      return;
    }
    String correlation = correlation();
    open.put(correlation, new Asked(asking, question, line));
    line.ask(new DecisionRequest(correlation, rule.name(), line.fitting(request), left));
  }

  private Line line(Question question) {
    return Objects.requireNonNull(lines.get(question.rule().via()));
  }

  private String correlation() {
    byte[] bits = new byte[16];
    random.nextBytes(bits);
    return HexFormat.of().formatHex(bits);
  }

  /** What is asked and open now, those that have waited longest first. */
  List<Pending> pending() {
    return open.values().stream()
        .filter(asked -> asked.asking().isOpen(asked.question()))
        .map(asked -> Pending.of(asked.asking(), asked.question().rule()))
        .sorted(Comparator.comparing(Pending::waited).reversed())
        .toList();
  }

  /** The call is decided: what comes now is late. */
  void ended(Asking asking) {
    open.forEach(
        (correlation, asked) -> {
          if (asked.asking() == asking) {
            ended.put(correlation, asked);
            open.remove(correlation);
          }
        });
  }

  @Override
  public void replied(Line line, String correlation, byte[] body) {
    long now = System.nanoTime();
    Asked asked = find(line, correlation);
    if (asked == null) {
      ignored.foreign(line.name());
      return;
    }
    Asking asking = asked.asking();
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

  /** What was asked over this line; a reply that comes by another is as foreign as any. */
  private @Nullable Asked find(Line line, String correlation) {
    Asked asked = open.get(correlation);
    Asked found = asked == null ? ended.get(correlation) : asked;
    return found != null && found.line() == line ? found : null;
  }

  @Override
  public void unheard(Line line, String correlation) {
    settle(line, correlation, Cause.NO_DECIDER);
  }

  @Override
  public void failed(Line line, String correlation) {
    settle(line, correlation, Cause.ERROR);
  }

  private void settle(Line line, String correlation, Cause why) {
    Asked asked = find(line, correlation);
    if (asked != null) {
      asked.asking().settle(asked.question(), why);
    }
  }

  @Override
  public void broken(Line line) {
    for (Asked asked : List.copyOf(open.values())) {
      if (asked.line() == line) {
        asked.asking().settle(asked.question(), Cause.ERROR);
      }
    }
  }
}
