package dev.hookbridge.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.spool.sqlite.Database;
import dev.hookbridge.spool.sqlite.Folder;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.table.DropRecord;
import dev.hookbridge.spool.table.SpooledEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class SpoolBoundTest {
  private static final long MAX_BYTES = 2L << 20;
  private static final int EVENT_BYTES = 8000;
  private final Random random = new Random(2);
  @TempDir Path folder;

  private Spool open(WhenFull whenFull, String... sinks) throws SpoolException {
    Limits limits = new Limits(MAX_BYTES, whenFull);
    Spool spool = Spool.open(folder, "host", limits, new SimpleMeterRegistry());
    spool.sinks(Set.of(sinks));
    return spool;
  }

  private AppendResult append(Spool spool, int count) throws SpoolException {
    return spool.append(Batch.of(Samples.events(random, count, EVENT_BYTES)));
  }

  /** Until nothing more is taken. */
  private void fill(Spool spool) throws SpoolException {
    while (append(spool, 10).stored() > 0) {
      assertThat(spool.last()).isLessThan(1000);
    }
  }

  /** What the folder takes, but for the memory that connections share, which is 32 KiB. */
  private long onDisk() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> !file.toString().endsWith("-shm") && !file.toString().contains(".so"))
          .mapToLong(Folder::size)
          .sum();
    }
  }

  @Test
  void theOldestGoAndAreRecorded() throws Exception {
    try (Spool spool = open(WhenFull.DROP_OLDEST, "a", "b")) {
      append(spool, 10);
      for (long number = 1; number <= 4; number++) {
        spool.cursor("b").confirm(number);
      }
      for (int i = 0; i < 60; i++) {
        assertThat(append(spool, 10).stored()).isEqualTo(10);
        assertThat(onDisk()).isLessThanOrEqualTo(MAX_BYTES);
      }
      assertThat(spool.last()).isEqualTo(610);
      long dropped = 610 - spool.events();
      assertThat(dropped).isGreaterThan(400);
      List<DropRecord> drops = spool.unreportedDrops();
      assertThat(drops)
          .extracting(
              DropRecord::sinks, drop -> drop.count().getAsLong(), drop -> drop.first().getAsLong())
          .containsExactly(tuple(List.of("a"), 4L, 1L), tuple(List.of("a", "b"), dropped - 4, 5L));
      assertThat(drops.get(1).last()).isEqualTo(OptionalLong.of(dropped));
      assertThat(drops).extracting(DropRecord::reason).containsOnly("max-bytes");
      assertThat(spool.cursor("a").low()).isEqualTo(dropped);
      assertThat(spool.unconfirmed("a")).isEqualTo(spool.events());
      List<SpooledEvent> page = spool.read("a", 0, 1000, 1L << 30);
      assertThat(page).hasSize((int) spool.events());
      assertThat(page.get(0).sequence()).isEqualTo(dropped + 1);
    }
    try (Spool spool = open(WhenFull.DROP_OLDEST, "a", "b")) {
      assertThat(spool.unconfirmed("a")).isEqualTo(spool.events());
      assertThat(spool.unreportedDrops()).hasSize(2);
    }
  }

  @Test
  void confirmedEventsAreNotALoss() throws Exception {
    try (Spool spool = open(WhenFull.DROP_OLDEST, "a")) {
      for (int i = 0; i < 60; i++) {
        long last = append(spool, 10).last();
        for (long number = last - 9; number <= last; number++) {
          spool.cursor("a").confirm(number);
        }
      }
      assertThat(spool.unreportedDrops()).isEmpty();
    }
  }

  @Test
  void theNewestAreNotTakenAndAreRecorded() throws Exception {
    try (Spool spool = open(WhenFull.DROP_NEWEST, "a")) {
      int stored = 0;
      for (int i = 0; i < 50; i++) {
        AppendResult appended = append(spool, 10);
        assertThat(appended.stored() + appended.dropped()).isEqualTo(10);
        stored += appended.stored();
        assertThat(onDisk()).isLessThanOrEqualTo(MAX_BYTES);
      }
      assertThat(spool.last()).as("what is not taken has a number").isEqualTo(500);
      assertThat(spool.events()).isEqualTo(stored).isBetween(60L, 200L);
      assertThat(spool.unconfirmed("a")).isEqualTo(stored);
      DropRecord drop = spool.unreportedDrops().get(0);
      assertThat(drop.count()).isEqualTo(OptionalLong.of(500 - stored));
      assertThat(drop.last()).isEqualTo(OptionalLong.of(500));
      for (SpooledEvent event : spool.read("a", 0, 1000, 1L << 30)) {
        spool.cursor("a").confirm(event.sequence());
      }
      assertThat(spool.cursor("a").low()).isEqualTo(500);
      spool.save();
      assertThat(append(spool, 10)).isEqualTo(new AppendResult(10, 0, 0, true, 510));
    }
  }

  @Test
  void refusedIdsAreRemembered() throws Exception {
    try (Spool spool = open(WhenFull.DROP_NEWEST, "a")) {
      fill(spool);
      List<Envelope> events = Samples.events(random, 3, EVENT_BYTES);
      assertThat(spool.append(Batch.of(events)).dropped()).isEqualTo(3);
      assertThat(spool.append(Batch.of(events)).skipped()).isEqualTo(3);
    }
  }

  @Test
  void anOwnEventThatHasNoRoomTellsNothing() throws Exception {
    try (Spool spool = open(WhenFull.DROP_NEWEST, "a")) {
      fill(spool);
      List<DropRecord> drops = spool.unreportedDrops();
      Envelope lost = Samples.event("lost", EVENT_BYTES);
      Batch batch = Batch.ofOwn(lost).reporting(drops).reporting("boot 7");
      assertThat(spool.append(batch)).isEqualTo(new AppendResult(0, 0, 0, false, spool.last()));
      assertThat(spool.unreportedDrops()).isEqualTo(drops);
      assertThat(spool.note()).isEmpty();
      for (long number = 1; number <= 20; number++) {
        spool.cursor("a").confirm(number);
      }
      spool.save();
      assertThat(spool.append(batch).ownStored()).isTrue();
      assertThat(spool.unreportedDrops()).isEmpty();
      assertThat(spool.note()).isPresent();
    }
  }

  @Test
  void dropsDuringAReportAreReportedNext() throws Exception {
    try (Spool spool = open(WhenFull.DROP_OLDEST, "a")) {
      for (int i = 0; i < 20; i++) {
        append(spool, 10);
      }
      List<DropRecord> reported = spool.unreportedDrops();
      append(spool, 20);
      spool.append(Batch.ofOwn(Samples.event("lost", 10)).reporting(reported));
      List<DropRecord> next = spool.unreportedDrops();
      assertThat(next).hasSize(1);
      assertThat(next.get(0).first().getAsLong()).isEqualTo(reported.get(0).last().getAsLong() + 1);
      append(spool, 20);
      List<DropRecord> joined = spool.unreportedDrops();
      assertThat(joined).as("rows that are not told stay few").hasSize(1);
      assertThat(joined.get(0).first()).isEqualTo(next.get(0).first());
      assertThat(joined.get(0).count().getAsLong())
          .isEqualTo(joined.get(0).last().getAsLong() - joined.get(0).first().getAsLong() + 1);
      spool.append(Batch.ofOwn(Samples.event("lost", 10)).reporting(next));
      assertThat(spool.unreportedDrops()).as("an older list settles nothing").isEqualTo(joined);
    }
  }

  @Test
  void anEventLargerThanTheSpoolIsDropped() throws Exception {
    try (Spool spool = open(WhenFull.DROP_OLDEST, "a")) {
      append(spool, 1);
      AppendResult appended = spool.append(Batch.of(List.of(Samples.event("big", 3 << 20))));
      assertThat(appended.dropped()).isEqualTo(1);
      assertThat(append(spool, 1).stored()).isEqualTo(1);
    }
  }

  @Test
  void aBoundThatWasLoweredIsKeptFromTheNextAppendOn() throws Exception {
    Limits large = new Limits(8 * MAX_BYTES, WhenFull.DROP_OLDEST);
    try (Spool spool = Spool.open(folder, "host", large, new SimpleMeterRegistry())) {
      spool.sinks(Set.of("a"));
      append(spool, 600);
    }
    try (Spool spool = open(WhenFull.DROP_OLDEST, "a")) {
      append(spool, 1);
      spool.save();
      assertThat(spool.events()).isBetween(80L, 200L);
      append(spool, 1);
      spool.save();
      assertThat(onDisk()).isLessThanOrEqualTo(MAX_BYTES);
    }
  }

  @Test
  void aTransactionOfOthersThatStaysOpenHoldsTheMailboxAndLosesNothing() throws Exception {
    try (Spool spool = open(WhenFull.DROP_OLDEST, "a");
        Database other = Database.open(Folder.file(folder), 512)) {
      append(spool, 10);
      other.run("BEGIN");
      assertThat(other.number("SELECT count(*) FROM event", 0)).isEqualTo(10);
      assertThatThrownBy(
              () -> {
                while (spool.last() < 1000) {
                  append(spool, 10);
                  assertThat(onDisk()).isLessThanOrEqualTo(MAX_BYTES + 20 * 12_288);
                }
              })
          .isInstanceOfSatisfying(
              SpoolException.class, e -> assertThat(e.kind()).isEqualTo(SpoolException.Kind.FULL))
          .hasMessageContaining("another program keeps a transaction open");
      assertThat(spool.unreportedDrops()).isEmpty();
      assertThat(spool.events()).isEqualTo(spool.last());
      other.run("COMMIT");
      spool.cursor("a").confirm(1);
      spool.save();
      assertThat(append(spool, 1).stored()).isEqualTo(1);
      assertThat(Folder.size(Folder.wal(Folder.file(folder)))).isLessThanOrEqualTo(MAX_BYTES / 8);
    }
  }

  @Test
  void pagesReadMeanwhileDoNotMakeTheLogGrow() throws Exception {
    Limits limits = new Limits(64L << 20, WhenFull.DROP_OLDEST);
    try (Spool spool = Spool.open(folder, "host", limits, new SimpleMeterRegistry())) {
      spool.sinks(Set.of("a"));
      CompletableFuture<Long> reader =
          CompletableFuture.supplyAsync(
              () -> {
                long pages = 0;
                for (long at = 0; at < 3000; pages++) {
                  at = Math.max(1, lastOf(spool, Math.max(0, at - 500)));
                }
                return pages;
              });
      while (spool.last() < 3000) {
        append(spool, 50);
        assertThat(Folder.size(Folder.wal(Folder.file(folder))))
            .isLessThanOrEqualTo(DiskBudget.side(limits));
      }
      assertThat(reader.join()).isGreaterThan(10);
    }
  }

  private static long lastOf(Spool spool, long after) {
    try {
      List<SpooledEvent> page = spool.read("a", after, 600, 8L << 20);
      return page.isEmpty() ? after : page.get(page.size() - 1).sequence();
    } catch (SpoolException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aFileThatWasLargeGivesTheDiskItsRoomBack() throws Exception {
    Limits limits = new Limits(64L << 20, WhenFull.DROP_OLDEST);
    try (Spool spool = Spool.open(folder, "host", limits, new SimpleMeterRegistry())) {
      spool.sinks(Set.of("a"));
      append(spool, 3000);
      assertThat(Folder.size(Folder.file(folder))).isGreaterThan(20L << 20);
      for (long number = 1; number <= 3000; number++) {
        spool.cursor("a").confirm(number);
      }
      spool.save();
      spool.save();
      append(spool, 1);
    }
    assertThat(Folder.size(Folder.file(folder))).isLessThan(12L << 20);
  }
}
