package dev.hookbridge.spool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Reason;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.table.DeadLetter;
import dev.hookbridge.spool.table.SpooledEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadLettersTest {
  private static final Limits LIMITS = new Limits(16L << 20, WhenFull.DROP_OLDEST, 3, 1L << 20);
  private final Random random = new Random(3);
  @TempDir Path folder;

  private Spool open(Limits limits, String... sinks) throws SpoolException {
    Spool spool = Spool.open(folder, "host", limits, new SimpleMeterRegistry());
    spool.sinks(Set.of(sinks));
    return spool;
  }

  private Spool open(String... sinks) throws SpoolException {
    return open(LIMITS, sinks);
  }

  private static boolean park(Spool spool, String sink, long sequence) throws SpoolException {
    SpooledEvent event = spool.get(sequence).orElseThrow();
    return spool
        .deadLetters()
        .park(sink, event, Reason.TOO_LARGE, "the broker takes 1 MiB", List.of());
  }

  @Test
  void aParkedEventIsConfirmedKeptAndTold() throws Exception {
    Envelope event = Samples.event("id-1", 500);
    try (Spool spool = open("a", "b")) {
      spool.append(Batch.of(List.of(event)));
      SpooledEvent stored = spool.get(1).orElseThrow();
      Envelope refused = Samples.event("refused", 10);
      assertThat(
              spool
                  .deadLetters()
                  .park("a", stored, Reason.INVALID, "x".repeat(5000), List.of(refused)))
          .isTrue();
      assertThat(spool.cursor("a").confirmed(1)).isTrue();
      assertThat(spool.cursor("b").confirmed(1)).isFalse();
      assertThat(spool.get(2).orElseThrow().envelope().id()).isEqualTo("refused");
      assertThat(spool.deadLetters().count("a")).isEqualTo(1);
      try (SpoolView view = SpoolView.open(folder)) {
        DeadLetter letter = view.deadLetters(0, 10).get(0);
        assertThat(letter.sink()).isEqualTo("a");
        assertThat(letter.sequence()).isEqualTo(1);
        assertThat(letter.reason()).isEqualTo("invalid");
        assertThat(letter.detail()).hasSize(1024);
        assertThat(letter.id()).isEqualTo("id-1");
        Envelope kept = view.deadEvent(letter.number()).orElseThrow();
        assertThat(kept.data()).isEqualTo(event.data());
        assertThat(kept.attributes()).isEqualTo(stored.envelope().attributes());
      }
    }
    try (Spool spool = open("a", "b")) {
      assertThat(spool.cursor("a").confirmed(1)).isTrue();
    }
  }

  @Test
  void eachSinkHasItsBound() throws Exception {
    try (Spool spool = open("a", "b")) {
      spool.append(Batch.of(Samples.events(random, 6, 100)));
      assertThat(park(spool, "a", 1)).isTrue();
      assertThat(park(spool, "a", 2)).isTrue();
      assertThat(park(spool, "a", 3)).isTrue();
      assertThat(park(spool, "a", 4)).as("three are allowed").isFalse();
      assertThat(spool.cursor("a").confirmed(4)).isFalse();
      assertThat(park(spool, "a", 3)).as("it is parked already").isTrue();
      assertThat(park(spool, "b", 4)).isTrue();
      assertThat(spool.deadLetters().count("a")).isEqualTo(3);
    }
    Limits bytes = new Limits(16L << 20, WhenFull.DROP_OLDEST, 1000, 4000);
    try (Spool spool = open(bytes, "b")) {
      assertThat(park(spool, "b", 5)).isTrue();
      assertThat(park(spool, "b", 6)).as("4,000 bytes are allowed").isFalse();
    }
  }

  @Test
  void oneThatIsAskedForComesBackForItsSinkAlone() throws Exception {
    try (Spool spool = open("a", "b")) {
      spool.append(Batch.of(Samples.events(random, 3, 100)));
      String id = spool.get(2).orElseThrow().envelope().id();
      park(spool, "a", 2);
      for (long number : new long[] {1, 2, 3}) {
        spool.cursor("b").confirm(number);
      }
      assertThat(spool.deadLetters().replay()).as("nobody has asked").isZero();
      try (SpoolView view = SpoolView.open(folder)) {
        assertThat(view.requestRetry("b")).isZero();
        assertThat(view.requestRetry(List.of(view.deadLetters(0, 9).get(0).number()))).isEqualTo(1);
        assertThat(view.deadLetters(0, 9)).extracting(DeadLetter::retry).containsExactly(true);
      }
      assertThat(spool.deadLetters().replay()).isEqualTo(1);
      assertThat(spool.deadLetters().count("a")).isZero();
      List<SpooledEvent> again = spool.read("a", 3, 10, 1L << 20);
      assertThat(again).hasSize(1);
      assertThat(again.get(0).envelope().id()).isEqualTo(id);
      assertThat(again.get(0).envelope().attributes())
          .containsEntry("replayed", "true")
          .containsEntry("sequence", "00000000000000000004");
      assertThat(spool.read("b", 0, 10, 1L << 20)).isEmpty();
      assertThat(spool.cursor("b").low()).isEqualTo(4);
    }
    try (Spool spool = open("a", "b", "c")) {
      assertThat(spool.read("c", 0, 10, 1L << 20))
          .as("a new sink is not given it either")
          .extracting(SpooledEvent::sequence)
          .doesNotContain(4L);
      assertThat(spool.unconfirmed("b")).isZero();
      spool.cursor("a").confirm(1);
      spool.cursor("a").confirm(3);
      spool.cursor("a").confirm(4);
      for (SpooledEvent event : spool.read("c", 0, 10, 1L << 20)) {
        spool.cursor("c").confirm(event.sequence());
      }
      spool.save();
      assertThat(spool.events()).isZero();
    }
  }

  @Test
  void thoseOfASinkThatIsNoMoreStay() throws Exception {
    try (Spool spool = open("a", "b")) {
      spool.append(Batch.of(Samples.events(random, 2, 100)));
      park(spool, "b", 1);
    }
    try (Spool spool = Spool.open(folder, "host", LIMITS, new SimpleMeterRegistry());
        SpoolView view = SpoolView.open(folder)) {
      List<RemovedSink> orphans = spool.sinks(Set.of("a"));
      assertThat(orphans).containsExactly(new RemovedSink("b", 1, 1));
      spool.release(orphans);
      assertThat(view.requestRetry("b")).isEqualTo(1);
      assertThat(spool.deadLetters().replay()).isZero();
      long number = view.deadLetters(0, 9).get(0).number();
      assertThat(view.discard(List.of(number, 77L))).isEqualTo(1);
      assertThat(view.deadLetters(0, 9)).isEmpty();
    }
  }

  @Test
  void manyAreReplayedInTheirOrder() throws Exception {
    Limits limits = new Limits(16L << 20, WhenFull.DROP_OLDEST, 1000, 8L << 20);
    try (Spool spool = open(limits, "a");
        SpoolView view = SpoolView.open(folder)) {
      spool.append(Batch.of(Samples.events(random, 250, 100)));
      for (long number = 1; number <= 250; number++) {
        park(spool, "a", number);
      }
      List<String> ids = view.deadLetters(0, 1000).stream().map(DeadLetter::id).toList();
      assertThat(view.requestRetry("a")).isEqualTo(250);
      assertThat(spool.deadLetters().replay()).isEqualTo(250);
      assertThat(spool.read("a", 250, 1000, 1L << 30))
          .extracting(event -> event.envelope().id())
          .isEqualTo(ids);
    }
  }
}
