package dev.hookbridge.decision.request;

import dev.hookbridge.decision.rule.Cause;
import dev.hookbridge.decision.rule.DecisionMeters;
import dev.hookbridge.decision.rule.OperationPattern;
import dev.hookbridge.decision.rule.Rule;
import dev.hookbridge.decision.rule.Vote;
import dev.hookbridge.record.HookCall;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A call that waits for its decision, with one vote per matching rule. The first veto of any rule
 * decides it. Otherwise it is decided when every rule has a reply or a default. It then reports its
 * result exactly once.
 *
 * <p>Thread-safe.
 */
public final class PendingDecision {
  private final HookCall call;
  private final long begun;
  private final boolean destructive;
  private final Consumer<DecisionResult> end;
  private List<RuleVote> questions;
  private boolean over;

  /**
   * Creates a pending decision.
   *
   * @param call the call; its stdin may be missing
   * @param rules the matching rules
   * @param begun {@link System#nanoTime} when the hook began to wait
   * @param end receives the result; it must be quick and runs on any thread
   */
  public PendingDecision(
      HookCall call, List<Rule> rules, long begun, Consumer<DecisionResult> end) {
    this.call = call;
    this.begun = begun;
    this.destructive = OperationPattern.isDestructive(call);
    this.end = end;
    this.questions = rules.stream().map(RuleVote::new).toList();
  }

  HookCall call() {
    return call;
  }

  /** Returns the start of the wait, by {@link System#nanoTime}. */
  long begun() {
    return begun;
  }

  /** Returns whether the call is decided. */
  public synchronized boolean isOver() {
    return over;
  }

  /** Returns whether a reply for this vote can still change the result. */
  synchronized boolean isOpen(RuleVote question) {
    return !over && question.verdict() == null;
  }

  /** Runs a quick task while the vote cannot be decided. Returns false if it is already decided. */
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

  /** Keeps only these votes. The rules of the others do not apply. */
  synchronized void narrow(List<RuleVote> applying) {
    if (!over) {
      questions = applying;
      endIfDecided();
    }
  }

  /** Counts a reply. Returns why the reply changes nothing, or null if it counts. */
  synchronized DecisionMeters.@Nullable Ignored hear(RuleVote question, Reply reply, long now) {
    DecisionMeters.Ignored why = question.hear(reply, afterMs(now), over);
    if (why != null) {
      question.ignored(reply.decider(), why, afterMs(now));
    }
    endIfDecided();
    return why;
  }

  /** Records a malformed reply for this vote. */
  synchronized void malformed(RuleVote question, long now) {
    question.ignored("", DecisionMeters.Ignored.MALFORMED, afterMs(now));
  }

  /** Returns the time since the start of the wait, in ms. */
  long afterMs(long now) {
    return Math.max(0, (now - begun) / 1_000_000);
  }

  /** Applies the default to a vote that will get no decision. */
  synchronized void settle(RuleVote question, Cause why) {
    if (!over) {
      question.settle(why, destructive);
      endIfDecided();
    }
  }

  /** Applies the defaults to all votes that will get no decision. */
  public synchronized void settleAll(Cause why) {
    if (!over) {
      questions.forEach(question -> question.settle(why, destructive));
      endIfDecided();
    }
  }

  /** Applies the defaults to all votes whose deadline has passed. */
  public synchronized void expire(long now) {
    if (!over) {
      questions.stream()
          .filter(question -> deadline(question.rule()) - now <= 0)
          .forEach(question -> question.settle(Cause.TIMEOUT, destructive));
      endIfDecided();
    }
  }

  /** Returns the time at which a rule's default applies, by {@link System#nanoTime}. */
  public long deadline(Rule rule) {
    return begun + rule.patience().toNanos();
  }

  /** Returns the time that a rule's deciders still have. */
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
