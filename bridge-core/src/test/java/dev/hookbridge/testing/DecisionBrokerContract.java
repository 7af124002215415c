package dev.hookbridge.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.hookbridge.api.Check;
import dev.hookbridge.api.DecisionChannel;
import dev.hookbridge.api.DecisionFeed;
import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.SinkException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;

/**
 * The second part of the decision channel contract: the deciders' side ({@link DecisionFeed}), the
 * checks, and a broker that is stopped, killed or paused.
 */
public abstract class DecisionBrokerContract extends DecisionContract {
  /** Time limit for the report of a failure that the channel must notice. */
  private static final Duration BOUNDED = Duration.ofSeconds(15);

  private static final Duration OPEN = Duration.ofSeconds(10);

  /** Returns the broker behind the settings. */
  protected abstract Broker broker();

  /** Returns settings whose topics or exchange do not exist. */
  protected abstract Settings nowhere();

  private DecisionFeed feed(Settings place, String group, String rule) throws SinkException {
    DecisionFeed feed = transport().decisionFeed(place, group, rule, 2).orElseThrow();
    opened.add(feed);
    return feed;
  }

  // Deciding

  @Test
  void eachGroupGetsAllAndItsMembersShareThem() throws SinkException {
    Settings place = place();
    Heard heard = new Heard();
    DecisionFeed first = feed(place, "a", "*");
    DecisionFeed other = feed(place, "b", "placement");
    DecisionChannel channel = ready(place, HOST, heard);
    DecisionRequest wanted = questions.next("placement", "web-1");
    DecisionRequest unwanted = questions.next("memory", "web-1");
    channel.ask(unwanted);
    channel.ask(wanted);
    for (int i = 0; i < 2; i++) {
      DecisionFeed.Asked asked = next(first);
      asked.reply(utf8("a " + asked.event().attributes().get("rule")));
    }
    DecisionFeed.Asked asked = next(other);
    assertThat(asked.event().attributes())
        .containsExactlyInAnyOrderEntriesOf(wanted.event().with("rule", "placement").attributes());
    assertThat(asked.event().data()).isEqualTo(wanted.event().data());
    asked.reply(utf8("b placement"));
    heard.awaitReplies(wanted.correlation(), 2);
    heard.awaitReplies(unwanted.correlation(), 1);
    assertThat(heard.texts(wanted.correlation()))
        .containsExactlyInAnyOrder("a placement", "b placement");
    assertThat(heard.texts(unwanted.correlation())).containsExactly("a memory");
    DecisionRequest silent = questions.next("memory", "web-1");
    channel.ask(silent);
    next(first).reply(null);
    DecisionRequest last = questions.next("memory", "web-1");
    channel.ask(last);
    next(first).reply(utf8("last"));
    heard.awaitReplies(last.correlation(), 1);
    assertThat(heard.replies(silent.correlation())).isEmpty();
  }

  /** Waits for the next request, at most 30 s. */
  public static DecisionFeed.Asked next(DecisionFeed feed) throws SinkException {
    long end = System.nanoTime() + SOON.toNanos();
    while (System.nanoTime() < end) {
      var asked = feed.poll(Duration.ofMillis(200));
      if (asked.isPresent()) {
        return asked.get();
      }
    }
    throw new AssertionError("no request in " + SOON);
  }

  // Settings and checks

  @Test
  void missingTopologyIsReportedAndCreatedOnlyOnRequest() throws SinkException {
    Settings nowhere = nowhere();
    assertThatThrownBy(() -> open(nowhere, HOST, new Heard()))
        .isInstanceOfSatisfying(
            SinkException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MISSING))
        .hasMessageNotContaining("\n");
    assertThat(transport().checkDecisions(nowhere, false))
        .anyMatch(line -> line.level() == Check.Level.FAILURE);
    assertThat(transport().checkDecisions(nowhere, true))
        .isNotEmpty()
        .noneMatch(line -> line.level() == Check.Level.FAILURE);
    assertThat(transport().checkDecisions(nowhere, false))
        .noneMatch(line -> line.level() == Check.Level.FAILURE);
    Heard heard = new Heard();
    DecisionFeed feed = feed(nowhere, "a", "*");
    DecisionRequest request = questions.next("placement", "web-1");
    ready(nowhere, HOST, heard).ask(request);
    next(feed).reply(ALLOW);
    heard.awaitReplies(request.correlation(), 1);
  }

  // A broker that is stopped, killed or paused

  @Test
  void aBrokerThatIsDownIsAnExceptionWithAReason() {
    Settings place = place();
    broker().stop();
    try {
      assertTimeoutPreemptively(
          OPEN.plus(Deadline.MARGIN),
          () ->
              assertThatThrownBy(() -> open(place, HOST, new Heard()))
                  .isInstanceOfSatisfying(
                      SinkException.class,
                      e -> assertThat(e.reason()).isIn(Reason.UNREACHABLE, Reason.TIMEOUT)));
      assertThat(transport().checkDecisions(place, true))
          .anyMatch(line -> line.level() == Check.Level.FAILURE);
    } finally {
      broker().start();
    }
  }

  /**
   * One channel sends a request at that time. The other one is idle and must notice the failure
   * itself.
   */
  @Test
  void aBrokerThatIsKilledIsToldAndComesBack() throws SinkException {
    Settings place = place();
    Heard pending = new Heard();
    Heard idle = new Heard();
    DecisionChannel channel = ready(place, HOST, pending);
    DecisionChannel other = ready(place, OTHER_HOST, idle);
    broker().kill();
    try {
      DecisionRequest request = questions.next("placement", "web-1");
      quickly(() -> channel.ask(request));
      pending.awaitTrouble(request.correlation(), BOUNDED);
      idle.awaitBroken(BOUNDED);
      assertThat(other.ready()).isFalse();
    } finally {
      broker().start();
    }
    channel.close();
    other.close();
    worksAgain(place);
  }

  @Test
  void aBrokerThatStandsStillIsToldAndHoldsNobody() throws SinkException {
    Settings place = place();
    Heard pending = new Heard();
    Heard idle = new Heard();
    DecisionChannel channel = ready(place, HOST, pending);
    DecisionChannel other = ready(place, OTHER_HOST, idle);
    broker().pause();
    try {
      List<DecisionRequest> requests = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        requests.add(questions.large("placement", "web-" + i, 100_000));
      }
      for (DecisionRequest request : requests) {
        quickly(() -> channel.ask(request));
      }
      for (DecisionRequest request : requests) {
        pending.awaitTrouble(request.correlation(), BOUNDED);
      }
      idle.awaitBroken(BOUNDED);
      assertThat(other.ready()).isFalse();
      closesInTime(channel);
      closesInTime(other);
    } finally {
      broker().resume();
      broker().awaitReady();
    }
    worksAgain(place);
  }

  /**
   * Asserts that an action does not wait for broker or network. A margin allows for a busy machine.
   */
  private static void quickly(Runnable ask) {
    Deadline.kept(Duration.ZERO, ask::run);
  }

  /**
   * Opens new channels until a round trip succeeds, as the agent would do it. A failure lists the
   * problems.
   */
  private void worksAgain(Settings place) {
    List<String> problems = new CopyOnWriteArrayList<>();
    try {
      Awaitility.await("a round trip")
          .atMost(Duration.ofMinutes(2))
          .until(() -> roundTrip(place, problems));
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(problems.toString(), e);
    }
  }

  /**
   * Tries a round trip. A killed RabbitMQ loses an exchange that was created a moment before, so
   * this creates it again.
   */
  private boolean roundTrip(Settings place, List<String> problems) {
    transport().checkDecisions(place, true);
    Heard heard = new Heard();
    DecisionRequest request = questions.next("placement", "web-1");
    try (Decider decider = plain(place);
        DecisionChannel again = ready(place, HOST, heard)) {
      again.ask(request);
      decider.next().reply(request.correlation(), ALLOW);
      heard.awaitReplies(request.correlation(), 1);
      return true;
    } catch (SinkException | IllegalStateException e) {
      problems.add(
          e
              + ", "
              + e.getCause()
              + ", told "
              + heard.faults()
              + ", unheard "
              + heard.wasUnheard(request.correlation()));
      return false;
    }
  }
}
