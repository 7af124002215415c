package dev.hookbridge.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.state.HostIdentity;
import dev.hookbridge.spool.state.PreviousEpoch;
import dev.hookbridge.spool.table.SpooledEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
  private static final Limits LIMITS = new Limits(1L << 30, WhenFull.DROP_OLDEST);
  private static final String HOST = "kvm-07.example.org";
  private static final long MANY_BYTES = 1L << 20;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Random random = new Random(1);
  @TempDir Path folder;

  private Spool open() throws SpoolException {
    return Spool.open(folder, HOST, LIMITS, meters);
  }

  private Spool open(String... sinks) throws SpoolException {
    Spool spool = open();
    assertThat(spool.sinks(Set.of(sinks))).isEmpty();
    return spool;
  }

  private static List<Long> numbers(List<SpooledEvent> events) {
    return events.stream().map(SpooledEvent::sequence).toList();
  }

  private static List<Long> read(Spool spool, String sink, long after) throws SpoolException {
    return numbers(spool.read(sink, after, 100, MANY_BYTES));
  }

  private void append(Spool spool, int count) throws SpoolException {
    spool.append(Batch.of(Samples.events(random, count, 100)));
  }

  @Test
  void appendedEventsAreNumberedAndUnchanged() throws Exception {
    Envelope event = Samples.event("id-1", "Gäst \"7\"\\\u0001", 8000);
    try (Spool spool = open("a")) {
      assertThat(spool.append(Batch.of(List.of(event))))
          .isEqualTo(new AppendResult(1, 0, 0, true, 1));
      SpooledEvent stored = spool.read("a", 0, 10, 1).get(0);
      assertThat(stored.sequence()).isEqualTo(1);
      Envelope read = stored.envelope();
      assertThat(read.data()).isEqualTo(event.data());
      assertThat(read.route()).isEqualTo(event.route());
      assertThat(read.xmlAt()).isEqualTo(event.xmlAt());
      assertThat(read.attributes())
          .containsAllEntriesOf(event.attributes())
          .containsEntry("sequence", "00000000000000000001")
          .containsEntry("epoch", spool.epoch())
          .hasSize(event.attributes().size() + 2);
      assertThat(List.copyOf(read.attributes().keySet()))
          .startsWith(event.attributes().keySet().toArray(new String[0]));
    }
  }

  @Test
  void storedEventsAreReportedInOrder() throws Exception {
    List<String> reported = new ArrayList<>();
    List<Envelope> events = Samples.events(random, 3, 100);
    Envelope own = Samples.event("own", "host", 100);
    try (Spool spool = open("a")) {
      append(spool, 1);
      spool.onStored((sequence, event) -> reported.add(sequence + " " + event.id()));
      spool.append(Batch.of(events).withOwn(List.of(own)));
      spool.append(Batch.of(events)); // known already
      spool.save();
    }
    assertThat(reported)
        .containsExactly(
            "2 " + events.get(0).id(),
            "3 " + events.get(1).id(),
            "4 " + events.get(2).id(),
            "5 own");
  }

  @Test
  void numbersGoOnAfterOpeningAgain() throws Exception {
    String epoch;
    try (Spool spool = open("a")) {
      append(spool, 3);
      epoch = spool.epoch();
    }
    try (Spool spool = open("a")) {
      assertThat(spool.last()).isEqualTo(3);
      assertThat(spool.events()).isEqualTo(3);
      append(spool, 2);
      assertThat(read(spool, "a", 0)).containsExactly(1L, 2L, 3L, 4L, 5L);
      assertThat(spool.epoch()).isEqualTo(epoch);
    }
  }

  @Test
  void aPageEndsAtItsBounds() throws Exception {
    try (Spool spool = open("a")) {
      spool.append(Batch.of(Samples.events(random, 10, 8000)));
      assertThat(numbers(spool.read("a", 0, 3, MANY_BYTES))).containsExactly(1L, 2L, 3L);
      assertThat(numbers(spool.read("a", 3, 100, 30_000))).containsExactly(4L, 5L, 6L);
      assertThat(numbers(spool.read("a", 6, 100, 1))).containsExactly(7L);
      assertThat(numbers(spool.read("a", 10, 100, 1))).isEmpty();
    }
  }

  @Test
  void aSinkIsNotGivenWhatItHasConfirmed() throws Exception {
    try (Spool spool = open("a", "b")) {
      append(spool, 8);
      for (long number : new long[] {1, 2, 4, 7}) {
        spool.cursor("a").confirm(number);
      }
      assertThat(read(spool, "a", 0)).containsExactly(3L, 5L, 6L, 8L);
      assertThat(numbers(spool.read("a", 0, 2, MANY_BYTES))).containsExactly(3L, 5L);
      assertThat(read(spool, "b", 0)).hasSize(8);
      assertThat(spool.unconfirmed("a")).isEqualTo(4);
      assertThat(spool.cursor("a").low()).isEqualTo(2);
      assertThat(spool.cursor("a").pendingRanges()).isEqualTo(2);
    }
    try (Spool spool = open("a", "b")) {
      assertThat(read(spool, "a", 0)).containsExactly(3L, 5L, 6L, 8L);
      assertThat(spool.unconfirmed("a")).isEqualTo(4);
    }
  }

  @Test
  void confirmedEventsAboveTheMarkAreDeleted() throws Exception {
    try (Spool spool = open("a", "b")) {
      append(spool, 10);
      for (long number : new long[] {1, 2, 5, 6, 9}) {
        spool.cursor("a").confirm(number);
      }
      for (long number : new long[] {1, 3, 5, 6, 7, 8, 9}) {
        spool.cursor("b").confirm(number);
      }
      spool.save();
      assertThat(spool.events()).isEqualTo(6);
      assertThat(spool.get(1)).isEmpty();
      assertThat(spool.get(2)).isPresent();
      assertThat(spool.get(6)).isEmpty();
      assertThat(read(spool, "b", 0)).containsExactly(2L, 4L, 10L);
    }
  }

  @Test
  void aNewSinkStartsAtTheOldestEventAndOneThatIsGoneIsReported() throws Exception {
    try (Spool spool = open("a", "b")) {
      append(spool, 6);
      for (long number : new long[] {1, 2, 4}) {
        spool.cursor("a").confirm(number);
        spool.cursor("b").confirm(number);
      }
      spool.cursor("b").confirm(3);
    }
    try (Spool spool = open()) {
      List<RemovedSink> orphans = spool.sinks(Set.of("a", "c"));
      assertThat(orphans).containsExactly(new RemovedSink("b", 2, 0));
      assertThat(spool.unconfirmed("b")).as("is kept until it is let go").isEqualTo(2);
      spool.release(orphans);
      assertThat(read(spool, "c", 0)).containsExactly(3L, 5L, 6L);
      assertThat(spool.cursor("c").low()).isEqualTo(2);
      assertThatThrownBy(() -> spool.cursor("b")).isInstanceOf(IllegalArgumentException.class);
    }
    try (Spool spool = open("a", "c")) {
      assertThat(spool.unconfirmed("c")).isEqualTo(3);
    }
  }

  @Test
  void anIdIsSkippedAsLongAsItIsRemembered() throws Exception {
    List<Envelope> events = Samples.events(random, 3, 100);
    List<String> ids = events.stream().map(Envelope::id).toList();
    try (Spool spool = open("a")) {
      spool.append(Batch.of(events));
      List<Envelope> again = new ArrayList<>(events);
      again.addAll(Samples.events(random, 1, 100));
      assertThat(spool.append(Batch.of(again))).isEqualTo(new AppendResult(1, 3, 0, true, 4));
      spool.forget(ids.subList(0, 1));
    }
    try (Spool spool = open("a")) {
      assertThat(spool.append(Batch.of(events)).skipped()).isEqualTo(2);
      spool.forgetEarlier();
      assertThat(spool.append(Batch.of(events)))
          .as("the first was taken since, the others are forgotten")
          .isEqualTo(new AppendResult(2, 1, 0, true, 7));
    }
  }

  @Test
  void theAgentsOwnEventsAreNotRemembered() throws Exception {
    Envelope own = Samples.event("own", 10);
    try (Spool spool = open("a")) {
      assertThat(spool.append(Batch.ofOwn(own)).stored()).isEqualTo(1);
      assertThat(spool.append(Batch.ofOwn(own)).stored()).isEqualTo(1);
    }
  }

  @Test
  void theFirstEpochHasAnUnknownOneBeforeIt() throws Exception {
    try (Spool spool = open("a")) {
      assertThat(spool.previous()).contains(new PreviousEpoch("unknown", OptionalLong.empty()));
      spool.append(Batch.ofOwn(Samples.event("started", 10)).reportingPrevious());
      assertThat(spool.previous()).isEmpty();
    }
    try (Spool spool = open("a")) {
      assertThat(spool.previous()).isEmpty();
    }
  }

  @Test
  void anotherHostBeginsAnEpochAndTheNumbersGoOn() throws Exception {
    String before;
    try (Spool spool = open("a")) {
      append(spool, 2);
      before = spool.epoch();
    }
    try (Spool spool = Spool.open(folder, "kvm-08.example.org", LIMITS, meters)) {
      assertThat(spool.epoch()).isNotEqualTo(before);
      assertThat(spool.previous()).contains(new PreviousEpoch(before, OptionalLong.of(2)));
      assertThat(spool.previousHost()).contains(HOST);
      append(spool, 1);
      assertThat(spool.read("a", 0, 9, MANY_BYTES))
          .extracting(event -> event.envelope().attributes().get("epoch"))
          .containsExactly(before, before, spool.epoch());
    }
  }

  @Test
  void theLastHostThatAnEventHasNamedIsThePreviousOne() throws Exception {
    try (Spool spool = open("a")) {
      assertThat(spool.previousHost()).isEmpty();
    }
    try (Spool spool = Spool.open(folder, "kvm-08.example.org", LIMITS, meters)) {
      assertThat(spool.previousHost()).contains(HOST); // and it ends before an event reports that
    }
    try (Spool spool = Spool.open(folder, "kvm-09.example.org", LIMITS, meters)) {
      assertThat(spool.previousHost()).contains(HOST);
      spool.append(Batch.ofOwn(Samples.event("started", 10)).reportingPrevious());
      assertThat(spool.previousHost()).isEmpty();
    }
    HostIdentity booted = new HostIdentity("kvm-09.example.org", "", "another boot");
    try (Spool spool = Spool.open(folder, booted, Optional.empty(), LIMITS, meters)) {
      assertThat(spool.previous()).isPresent();
      assertThat(spool.previousHost()).isEmpty();
    }
  }

  @Test
  void thePlaceInTheRecordOfLossesIsSavedWithTheEventThatTells() throws Exception {
    String position = "c2f4a6e0-boot 512";
    try (Spool spool = open("a")) {
      assertThat(spool.note()).isEmpty();
      spool.append(Batch.ofOwn(Samples.event("lost", 10)).reporting(position));
    }
    try (Spool spool = open("a")) {
      assertThat(spool.note()).isEqualTo(Optional.of(position));
    }
  }

  @Test
  void sinkWorkersAreWokenAfterAnAppend() throws Exception {
    List<Long> seen = new ArrayList<>();
    try (Spool spool = open("a")) {
      spool.onAppend(() -> seen.add(spool.last()));
      append(spool, 2);
      spool.append(Batch.of(List.of()));
    }
    assertThat(seen).containsExactly(2L);
  }

  @Test
  void theOldestUnconfirmedEventHasATime() throws Exception {
    try (Spool spool = open("a")) {
      assertThat(spool.oldest("a")).isEmpty();
      append(spool, 1);
      assertThat(spool.oldest("a")).contains(Instant.parse("2024-10-26T09:15:00.123456789Z"));
      spool.cursor("a").confirm(1);
      assertThat(spool.oldest("a")).isEmpty();
    }
  }

  @Test
  void onlyTheOwnerCanReadTheFiles() throws Exception {
    try (Spool spool = open("a");
        Stream<Path> files = Files.list(folder)) {
      append(spool, 1);
      assertThat(files.filter(file -> file.getFileName().toString().startsWith("spool")))
          .hasSize(4)
          .allSatisfy(
              file ->
                  assertThat(Files.getPosixFilePermissions(file))
                      .isEqualTo(PosixFilePermissions.fromString("rw-------")));
    }
  }

  @Test
  void aSecondAgentIsToldInOneSentence() throws Exception {
    try (Spool spool = open("a")) {
      assertThatThrownBy(this::open)
          .isInstanceOfSatisfying(
              SpoolException.class, e -> assertThat(e.kind()).isEqualTo(SpoolException.Kind.IN_USE))
          .hasMessage("Another agent uses the spool in " + folder + "; stop it first.");
      append(spool, 1);
    }
    open("a").close();
  }

  @Test
  void itsMetersSayWhatItHolds() throws Exception {
    try (Spool spool = open("a")) {
      append(spool, 4);
      assertThat(meters.get("hookbridge.spool.events").gauge().value()).isEqualTo(4);
      assertThat(meters.get("hookbridge.spool.bytes").gauge().value())
          .isEqualTo(spool.bytes())
          .isPositive();
      assertThat(meters.get("hookbridge.spool.commit").timer().count()).isEqualTo(1);
    }
    assertThat(meters.getMeters()).isEmpty();
  }
}
