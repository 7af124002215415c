package dev.hookbridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Heard;
import dev.hookbridge.testing.Questions;
import dev.hookbridge.testing.Seen;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The exam every decision channel takes on the real thing: what {@link DecisionChannel}, {@link
 * Replies}, {@link DecisionFeed} and {@link Transport} promise about decisions. A transport's
 * module says how to make a place to ask in, and how a plain client decides there.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class DecisionContract {
  /** A host whose replies come by a way of their own, and another whose come by another. */
  protected static final String HOST = "kvm-07.example.org";

  protected static final String OTHER_HOST = "kvm-08.example.org";

  protected static final Duration SOON = Duration.ofSeconds(30);

  /** How soon a failure that the channel must notice is told. */
  private static final Duration BOUNDED = Duration.ofSeconds(15);

  private static final Duration OPEN = Duration.ofSeconds(10);
  private static final Duration CLOSE = Duration.ofSeconds(2);
  private static final Duration LATE = Duration.ofMillis(700);
  private static final byte[] ALLOW = utf8("{\"decision\":\"allow\",\"decider\":\"plain\"}");

  private final long seed = Long.getLong("hookbridge.seed", System.nanoTime());
  private final List<AutoCloseable> opened = new ArrayList<>();
  protected final Questions questions = new Questions(seed);

  protected abstract Transport transport();

  protected abstract Broker broker();

  /** Settings of a new place that exists. */
  protected abstract Settings place();

  /** Settings of a place that is not there. */
  protected abstract Settings nowhere();

  /** A decider of the simplest kind, without code of ours; it gets what is asked from now on. */
  protected abstract Plain plain(Settings place);

  /** Whether the broker says that nobody listens; else a request without decider is silence. */
  protected abstract boolean tellsUnheard();

  /** A decider's end as any client of the broker has it. */
  public interface Plain extends AutoCloseable {
    /** The next request, waiting for it at most 30 s. */
    Asking next();

    @Override
    void close();
  }

  /** A request as a plain client sees it. */
  public interface Asking {
    /** The correlation in hex. */
    String correlation();

    Seen event();

    /** How long the broker itself keeps it for, in ms; 0 when it knows no such thing. */
    long expiryMs();

    /**
     * @param correlation in hex; empty to send none
     */
    void reply(String correlation, byte[] body);
  }

  protected final DecisionChannel open(Settings place, String host, Replies replies)
      throws SinkException {
    SinkContext context = new SinkContext("exam", host, new SimpleMeterRegistry());
    DecisionChannel channel = transport().decisions(place, context, replies).orElseThrow();
    opened.add(channel);
    return channel;
  }

  /** Opened, and ready. */
  protected final DecisionChannel ready(Settings place, String host, Replies replies)
      throws SinkException {
    DecisionChannel channel = open(place, host, replies);
    Awaitility.await("ready").atMost(SOON).until(channel::ready);
    return channel;
  }

  protected final Plain decider(Settings place) {
    Plain plain = plain(place);
    opened.add(plain);
    return plain;
  }

  private DecisionFeed feed(Settings place, String group, String rule) throws SinkException {
    DecisionFeed feed = transport().decisionFeed(place, group, rule, 2).orElseThrow();
    opened.add(feed);
    return feed;
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
    opened.clear();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  // Asking

  @Test
  void aRequestArrivesAsItIsAndItsReplyToo() throws SinkException {
    Settings place = place();
    Heard heard = new Heard();
    Plain decider = decider(place);
    DecisionChannel channel = ready(place, HOST, heard);
    for (DecisionRequest request :
        List.of(
            questions.next("placement", "web-1"),
            questions.next("memory", "größe.鯨 * #\t%"),
            questions.large("memory", "web-2", 200_000))) {
      channel.ask(request);
      Asking asking = decider.next();
      assertThat(asking.correlation()).isEqualTo(request.correlation());
      assertThat(asking.event().attributes())
          .containsExactlyInAnyOrderEntriesOf(
              request.event().with("rule", request.rule()).attributes())
          .containsKeys("expirytime", "timeoutms");
      assertThat(asking.event().key()).isEqualTo(request.event().key());
      assertThat(asking.event().data()).isEqualTo(request.event().data());
      assertThat(asking.expiryMs()).isIn(0L, request.expiry().toMillis());
      asking.reply(request.correlation(), ALLOW);
      heard.awaitReplies(request.correlation(), 1);
      assertThat(heard.replies(request.correlation())).containsExactly(ALLOW);
    }
    assertThat(heard.faults()).isEmpty();
  }

  @Test
  void whatIsLateTwiceForeignOrWithoutAnythingIsToldAllTheSame() throws SinkException {
    Settings place = place();
    Heard heard = new Heard();
    Plain decider = decider(place);
    DecisionChannel channel = ready(place, HOST, heard);
    DecisionRequest request = questions.next("placement", "web-1");
    String foreign = "00112233445566778899aabbccddeeff";
    channel.ask(request);
    Asking asking = decider.next();
    asking.reply(request.correlation(), ALLOW);
    asking.reply(request.correlation(), utf8("rubbish"));
    asking.reply(foreign, ALLOW);
    asking.reply("", new byte[0]);
    heard.awaitReplies("", 1);
    heard.awaitReplies(foreign, 1);
    heard.awaitReplies(request.correlation(), 2);
    assertThat(heard.replies(request.correlation())).containsExactly(ALLOW, utf8("rubbish"));
    assertThat(heard.replies("")).containsExactly(new byte[0]);
    assertThat(heard.faults()).isEmpty();
    assertThat(channel.ready()).isTrue();
  }

  @Test
  void withoutADeciderTheBrokerTellsOrThereIsSilence() throws SinkException {
    Settings place = place();
    Heard heard = new Heard();
    DecisionChannel channel = ready(place, HOST, heard);
    DecisionRequest alone = questions.next("placement", "web-1");
    channel.ask(alone);
    if (tellsUnheard()) {
      heard.awaitUnheard(alone.correlation());
    }
    Plain decider = decider(place);
    DecisionRequest request = questions.next("placement", "web-1");
    channel.ask(request);
    decider.next().reply(request.correlation(), ALLOW);
    heard.awaitReplies(request.correlation(), 1);
    assertThat(heard.replies(alone.correlation())).isEmpty();
    assertThat(heard.wasUnheard(request.correlation())).isFalse();
    assertThat(heard.faults()).isEmpty();
  }

  @Test
  void twoHostsHearWhatIsSaidToThem() throws SinkException {
    Settings place = place();
    Heard here = new Heard();
    Heard there = new Heard();
    Plain decider = decider(place);
    DecisionChannel channel = ready(place, HOST, here);
    DecisionChannel other = ready(place, OTHER_HOST, there);
    Set<String> ours = new HashSet<>();
    Set<String> theirs = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      DecisionRequest request = questions.next("placement", "web-" + i);
      (i % 2 == 0 ? ours : theirs).add(request.correlation());
      (i % 2 == 0 ? channel : other).ask(request);
    }
    for (int i = 0; i < 10; i++) {
      Asking asking = decider.next();
      asking.reply(asking.correlation(), ALLOW);
    }
    ours.forEach(correlation -> here.awaitReplies(correlation, 1));
    theirs.forEach(correlation -> there.awaitReplies(correlation, 1));
    assertThat(here.correlations()).isEqualTo(ours);
    assertThat(there.correlations()).isEqualTo(theirs);
  }

  @Test
  void manyAreAskedAtOnceByManyThreads() throws Exception {
    Settings place = place();
    Heard heard = new Heard();
    Plain decider = decider(place);
    DecisionChannel channel = ready(place, HOST, heard);
    List<DecisionRequest> requests = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      requests.add(questions.next("placement", "web-" + i));
    }
    ExecutorService threads = Executors.newFixedThreadPool(8);
    requests.forEach(request -> threads.execute(() -> channel.ask(request)));
    threads.shutdown();
    assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    for (int i = 0; i < requests.size(); i++) {
      Asking asking = decider.next();
      asking.reply(asking.correlation(), ALLOW);
    }
    requests.forEach(request -> heard.awaitReplies(request.correlation(), 1));
    assertThat(heard.faults()).isEmpty();
  }

  /** No wait is hidden in it; how quick it is, is the benchmarks' to say. */
  @Test
  void aRoundTripTakesAFewMilliseconds() throws SinkException {
    Settings place = place();
    Heard heard = new Heard();
    Plain decider = decider(place);
    DecisionChannel channel = ready(place, HOST, heard);
    List<Double> times = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      DecisionRequest request = questions.next("placement", "web-1");
      long start = System.nanoTime();
      channel.ask(request);
      decider.next().reply(request.correlation(), ALLOW);
      heard.awaitReplies(request.correlation(), 1);
      times.add((System.nanoTime() - start) / 1e6);
    }
    times.sort(null);
    System.out.printf("%s: asked and heard, p50 %.1f ms%n", transport().type(), times.get(50));
    assertThat(times.get(50)).isLessThan(200);
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

  /** The next request, waiting for it at most 30 s. */
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
  void whatIsMissingIsSaidAndMadeOnlyWhenAsked() throws SinkException {
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

  // A broker that is hurt

  @Test
  void aBrokerThatIsDownIsAnExceptionWithAReason() {
    Settings place = place();
    broker().stop();
    try {
      assertTimeoutPreemptively(
          OPEN.plus(LATE),
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

  /** One channel asks when it happens, another is idle and must notice by itself. */
  @Test
  void aBrokerThatIsKilledIsToldAndComesBack() throws SinkException {
    Settings place = place();
    Heard asking = new Heard();
    Heard idle = new Heard();
    DecisionChannel channel = ready(place, HOST, asking);
    DecisionChannel other = ready(place, OTHER_HOST, idle);
    broker().kill();
    try {
      DecisionRequest request = questions.next("placement", "web-1");
      quickly(() -> channel.ask(request));
      asking.awaitTrouble(request.correlation(), BOUNDED);
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
    Heard asking = new Heard();
    Heard idle = new Heard();
    DecisionChannel channel = ready(place, HOST, asking);
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
        asking.awaitTrouble(request.correlation(), BOUNDED);
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

  /** No wait for broker or network; a machine that does other things is allowed for. */
  private static void quickly(Runnable ask) {
    long start = System.nanoTime();
    ask.run();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LATE);
  }

  /** A broker that was killed may have lost what was made a moment before; it is made again. */
  private void worksAgain(Settings place) {
    Awaitility.await("a round trip")
        .atMost(Duration.ofMinutes(2))
        .ignoreExceptionsMatching(
            e -> e instanceof SinkException || e instanceof IllegalStateException)
        .until(
            () -> {
              transport().checkDecisions(place, true);
              Heard heard = new Heard();
              DecisionRequest request = questions.next("placement", "web-1");
              try (Plain decider = plain(place);
                  DecisionChannel again = ready(place, HOST, heard)) {
                again.ask(request);
                decider.next().reply(request.correlation(), ALLOW);
                heard.awaitReplies(request.correlation(), 1);
              }
              return true;
            });
  }

  @Test
  void closingLetsGoAtOnceAndTwiceIsOnce() throws SinkException {
    Settings place = place();
    Heard heard = new Heard();
    DecisionChannel channel = ready(place, HOST, heard);
    channel.ask(questions.next("placement", "web-1"));
    closesInTime(channel);
    closesInTime(channel);
    DecisionRequest late = questions.next("placement", "web-1");
    channel.ask(late);
    heard.awaitTrouble(late.correlation(), SOON);
    assertThat(channel.ready()).isFalse();
  }

  private static void closesInTime(DecisionChannel channel) {
    long start = System.nanoTime();
    channel.close();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(CLOSE.plus(LATE));
  }
}
