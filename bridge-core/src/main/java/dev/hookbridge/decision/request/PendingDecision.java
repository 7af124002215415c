package dev.hookbridge.decision.request;

import dev.hookbridge.decision.rule.Cause;
import dev.hookbridge.decision.rule.DecisionMeters;
import dev.hookbridge.decision.rule.Rule;
import dev.hookbridge.decision.rule.Vote;
import dev.hookbridge.decision.rule.When;
import dev.hookbridge.record.HookCall;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One call, and a question for each rule that is about it. Decided by the first veto of any rule,
 * or when every rule has an answer or its default; then its end is told, once.
 *
 * <p>Safe between threads.
 */
public final class PendingDecision {
  private final HookCall call;
  private final long begun;
  private final boolean destructive;
  private final Consumer<DecisionResult> end;
  private List<RuleVote> questions;
  private boolean over;

  /**
   * @param call of which the stdin need not be there
   * @param begun {@link System#nanoTime} when the hook began to wait
   * @param end quick, and by any thread
   */
  public PendingDecision(
      HookCall call, List<Rule> rules, long begun, Consumer<DecisionResult> end) {
    this.call = call;
    this.begun = begun;
    this.destructive = When.isDestructive(call);
    this.end = end;
    this.questions = rules.stream().map(RuleVote::new).toList();
  }

  HookCall call() {
    return call;
  }

  /** By {@link System#nanoTime}. */
  long begun() {
    return begun;
  }

  public synchronized boolean isOver() {
    return over;
  }

  /** Whether an answer to this question is still of use. */
  synchronized boolean isOpen(RuleVote question) {
    return !over && question.verdict() == null;
  }

  /** Does something quick, before the question can be decided; false when it is already. */
  synchronized boolean whileOpen(RuleVote question, Runnable what) {
    boolean open = isOpen(question);
    if (open) {
      what.run();
    }
    return open;
  }

  synchronized List<RuleVote> questions() {
    return questions;
  }

  /** Only these questions are asked: the rules of the others do not apply after all. */
  synchronized void narrow(List<RuleVote> applying) {
    if (!over) {
      questions = applying;
      endIfDecided();
    }
  }

  /** Counts a reply, or says why it changes nothing; null when it counts. */
  synchronized DecisionMeters.@Nullable Ignored hear(RuleVote question, Reply reply, long now) {
    DecisionMeters.Ignored why = question.hear(reply, afterMs(now), over);
    if (why != null) {
      question.ignored(reply.decider(), why, afterMs(now));
    }
    endIfDecided();
    return why;
  }

  /** What came for this question is no reply. */
  synchronized void malformed(RuleVote question, long now) {
    question.ignored("", DecisionMeters.Ignored.MALFORMED, afterMs(now));
  }

  /** How long after the asking. */
  long afterMs(long now) {
    return Math.max(0, (now - begun) / 1_000_000);
  }

  /** No decision will come to a question. */
  synchronized void settle(RuleVote question, Cause why) {
    if (!over) {
      question.settle(why, destructive);
      endIfDecided();
    }
  }

  /** No decision will come to any of them. */
  public synchronized void settleAll(Cause why) {
    if (!over) {
      questions.forEach(question -> question.settle(why, destructive));
      endIfDecided();
    }
  }

  /** Time has passed. */
  public synchronized void expire(long now) {
    if (!over) {
      questions.stream()
          .filter(question -> deadline(question.rule()) - now <= 0)
          .forEach(question -> question.settle(Cause.TIMEOUT, destructive));
      endIfDecided();
    }
  }

  /** By {@link System#nanoTime}: when a rule's default holds. */
  public long deadline(Rule rule) {
    return begun + rule.patience().toNanos();
  }

  /** What is left for a rule's deciders. */
  Duration left(Rule rule) {
    return Duration.ofNanos(Math.max(0, deadline(rule) - System.nanoTime()));
  }

  private void endIfDecided() {
    boolean vetoed = questions.stream().anyMatch(q -> q.verdict() == Vote.VETO);
    boolean open = questions.stream().anyMatch(q -> q.verdict() == null);
    if (!over && (vetoed || !open)) {
      over = true;
      end.accept(DecisionResult.of(questions));
    }
  }
}
