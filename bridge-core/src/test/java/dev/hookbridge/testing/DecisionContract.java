package dev.hookbridge.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.DecisionChannel;
import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.api.Replies;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.api.Transport;
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
 * The contract test of every decision channel, on a real broker. It checks the guarantees of {@link
 * DecisionChannel} and {@link Replies} with a healthy broker. A transport's module provides the
 * settings and a plain decider. {@link DecisionBrokerContract} continues this contract.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class DecisionContract {
  /** A host. Its replies use another path than those of {@link #OTHER_HOST}. */
  protected static final String HOST = "kvm-07.example.org";

  protected static final String OTHER_HOST = "kvm-08.example.org";

  protected static final Duration SOON = Duration.ofSeconds(30);
  private static final Duration CLOSE = Duration.ofSeconds(2);
  protected static final byte[] ALLOW = utf8("{\"decision\":\"allow\",\"decider\":\"plain\"}");

  private final long seed = Long.getLong("hookbridge.seed", System.nanoTime());
  protected final List<AutoCloseable> opened = new ArrayList<>();
  protected final Questions questions = new Questions(seed);

  /** Returns the transport under test. */
  protected abstract Transport transport();

  /** Returns settings of a new topology that exists. */
  protected abstract Settings place();

  /**
   * Returns a decider of the simplest kind, without code of this project. It gets the requests that
   * are sent from now on.
   */
  protected abstract Decider plain(Settings place);

  /**
   * Returns whether the broker reports that there is no decider. Otherwise a request without a
   * decider gets no answer.
   */
  protected abstract boolean tellsUnheard();

  protected final DecisionChannel open(Settings place, String host, Replies replies)
      throws SinkException {
    SinkContext context = new SinkContext("exam", host, new SimpleMeterRegistry());
    DecisionChannel channel = transport().decisions(place, context, replies).orElseThrow();
    opened.add(channel);
    return channel;
  }

  /** Opens a channel and waits until it is ready. */
  protected final DecisionChannel ready(Settings place, String host, Replies replies)
      throws SinkException {
    DecisionChannel channel = open(place, host, replies);
    Awaitility.await("ready").atMost(SOON).until(channel::ready);
    return channel;
  }

  protected final Decider decider(Settings place) {
    Decider plain = plain(place);
    opened.add(plain);
    return plain;
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
    opened.clear();
  }

  protected static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  // Requests and replies

  @Test
  void aRequestArrivesAsItIsAndItsReplyToo() throws SinkException {
    Settings place = place();
    Heard heard = new Heard();
    Decider decider = decider(place);
    DecisionChannel channel = ready(place, HOST, heard);
    for (DecisionRequest request :
        List.of(
            questions.next("placement", "web-1"),
            questions.next("memory", "größe.鯨 * #\t%"),
            questions.large("memory", "web-2", 200_000))) {
      channel.ask(request);
      Decider.Request pending = decider.next();
      assertThat(pending.correlation()).isEqualTo(request.correlation());
      assertThat(pending.event().attributes())
          .containsExactlyInAnyOrderEntriesOf(
              request.event().with("rule", request.rule()).attributes())
          .containsKeys("expirytime", "timeoutms");
      assertThat(pending.event().key()).isEqualTo(request.event().key());
      assertThat(pending.event().data()).isEqualTo(request.event().data());
      assertThat(pending.expiryMs()).isIn(0L, request.expiry().toMillis());
      pending.reply(request.correlation(), ALLOW);
      heard.awaitReplies(request.correlation(), 1);
      assertThat(heard.replies(request.correlation())).containsExactly(ALLOW);
    }
    assertThat(heard.faults()).isEmpty();
  }

  @Test
  void lateDuplicateForeignAndEmptyRepliesAreReported() throws SinkException {
    Settings place = place();
    Heard heard = new Heard();
    Decider decider = decider(place);
    DecisionChannel channel = ready(place, HOST, heard);
    DecisionRequest request = questions.next("placement", "web-1");
    String foreign = "00112233445566778899aabbccddeeff";
    channel.ask(request);
    Decider.Request pending = decider.next();
    pending.reply(request.correlation(), ALLOW);
    pending.reply(request.correlation(), utf8("rubbish"));
    pending.reply(foreign, ALLOW);
    pending.reply("", new byte[0]);
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
    Decider decider = decider(place);
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
    Decider decider = decider(place);
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
      Decider.Request pending = decider.next();
      pending.reply(pending.correlation(), ALLOW);
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
    Decider decider = decider(place);
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
      Decider.Request pending = decider.next();
      pending.reply(pending.correlation(), ALLOW);
    }
    requests.forEach(request -> heard.awaitReplies(request.correlation(), 1));
    assertThat(heard.faults()).isEmpty();
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

  protected static void closesInTime(DecisionChannel channel) {
    Deadline.kept(CLOSE, channel::close);
  }
}
