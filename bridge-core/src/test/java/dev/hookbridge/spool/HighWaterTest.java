package dev.hookbridge.spool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.state.HighWater;
import dev.hookbridge.spool.state.HighWaterFile;
import dev.hookbridge.spool.state.HostIdentity;
import dev.hookbridge.spool.state.PreviousEpoch;
import dev.hookbridge.spool.table.DropRecord;
import dev.hookbridge.spool.table.Ranges;
import dev.hookbridge.spool.table.SpooledEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is known outside the database when the database does not know it any more. */
class HighWaterTest {
  private static final Limits LIMITS = new Limits(64L << 20, WhenFull.DROP_OLDEST);
  private static final HostIdentity ME = new HostIdentity("kvm-07", "machine", "boot-1");
  private final Random random = new Random(11);
  private final Set<String> places = new HashSet<>();
  @TempDir Path temp;

  private Path data() {
    return temp.resolve("data");
  }

  private Spool open(HostIdentity me) throws SpoolException {
    Path runtime = temp.resolve("run");
    Spool spool = Spool.open(data(), me, Optional.of(runtime), LIMITS, new SimpleMeterRegistry());
    spool.sinks(Set.of("a", "b"));
    return spool;
  }

  private void append(Spool spool, int count) throws SpoolException {
    spool.append(Batch.of(Samples.events(random, count, 500)));
    notTwice(spool, spool.last() - count);
  }

  /** Every event has a place of its own, whatever happens to the files. */
  private void notTwice(Spool spool, long after) throws SpoolException {
    for (SpooledEvent event : spool.read("b", after, 1000, 1L << 30)) {
      Map<String, String> attributes = event.envelope().attributes();
      String place = attributes.get("epoch") + " " + attributes.get("sequence");
      assertThat(places.add(place)).as("given once: " + place).isTrue();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    delete(to);
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /** The numbers told to be lost, by sink. */
  private static Map<String, Ranges> lost(Spool spool, String reason) throws SpoolException {
    Map<String, Ranges> lost = new TreeMap<>();
    for (DropRecord drop : spool.unreportedDrops()) {
      assertThat(drop.reason()).isEqualTo(reason);
      for (String sink : drop.sinks()) {
        lost.computeIfAbsent(sink, key -> new Ranges())
            .add(drop.first().orElseThrow(), drop.last().orElseThrow());
      }
    }
    return lost;
  }

  /** A spool with 20 events of which sink a has 1 to 12 and 15, and nothing of it in the log. */
  private Spool used() throws SpoolException {
    Spool spool = open(ME);
    append(spool, 20);
    for (long number = 1; number <= 12; number++) {
      spool.cursor("a").confirm(number);
    }
    spool.cursor("a").confirm(15);
    spool.save();
    return spool;
  }

  @Test
  void logRemovedAfterAKillIsReportedByNumberAndBySink() throws Exception {
    Path killed = temp.resolve("killed");
    try (Spool spool = used()) {
      copy(data(), killed);
      Files.delete(killed.resolve("spool.db-wal"));
      append(spool, 30);
      Files.copy(
          data().resolve(HighWaterFile.NAME),
          killed.resolve(HighWaterFile.NAME),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
    copy(killed, data());
    try (Spool spool = open(ME)) {
      long kept = spool.events();
      Map<String, Ranges> lost = lost(spool, "rolled-back");
      assertThat(lost.get("b").toString()).isEqualTo((kept + 1) + "-50");
      assertThat(lost.get("a").contains(15)).isFalse();
      assertThat(lost.get("a").contains(16)).isTrue();
      assertThat(spool.last()).isEqualTo(50);
      assertThat(spool.previous().orElseThrow().last()).isEqualTo(OptionalLong.of(50));
      append(spool, 3);
      assertThat(spool.unconfirmed("b")).isEqualTo(kept + 3);
    }
  }

  @Test
  void spoolPutBackFromABackupBeginsANewEpochAndReportsWhatItLacks() throws Exception {
    Path backup = temp.resolve("backup");
    used().close();
    copy(data(), backup);
    String epoch;
    try (Spool spool = open(ME)) {
      epoch = spool.epoch();
      append(spool, 52);
      spool.cursor("b").confirm(30);
      spool.save();
    }
    copy(backup, data()); // with its own mark: the one of this boot knows better
    try (Spool spool = open(ME)) {
      assertThat(spool.epoch()).isNotEqualTo(epoch);
      assertThat(spool.previous()).contains(new PreviousEpoch(epoch, OptionalLong.of(72)));
      Map<String, Ranges> lost = lost(spool, "rolled-back");
      assertThat(lost.get("a")).hasToString("21-72");
      assertThat(lost.get("b")).hasToString("21-29,31-72");
      append(spool, 50);
    }
  }

  @Test
  void removedSpoolIsReportedAndItsNumbersAreNotGivenAgain() throws Exception {
    used().close();
    delete(data());
    try (Spool spool = open(ME)) {
      Map<String, Ranges> lost = lost(spool, "rolled-back");
      assertThat(lost.get("a")).hasToString("13-14,16-20");
      assertThat(lost.get("b")).hasToString("1-20");
      append(spool, 5);
      assertThat(spool.last()).isEqualTo(25);
    }
  }

  @Test
  void nextBootAndEveryOtherMachineOrNameBeginsANewEpoch() throws Exception {
    used().close();
    Set<String> epochs = new HashSet<>();
    for (HostIdentity me :
        List.of(
            ME,
            new HostIdentity("kvm-07", "machine", "boot-2"),
            new HostIdentity("kvm-07", "clone", "boot-2"),
            new HostIdentity("kvm-08", "clone", "boot-2"))) {
      try (Spool spool = open(me)) {
        assertThat(epochs.add(spool.epoch())).as("new for %s", me).isTrue();
        assertThat(spool.unreportedDrops()).isEmpty();
        append(spool, 3);
      }
      try (Spool spool = open(me)) {
        assertThat(epochs).contains(spool.epoch());
      }
    }
  }

  /** The image of a host, taken while it runs, boots as a second host or as the first again. */
  @Test
  void bootsOfOneImageShareNoNumberOfAnEpoch() throws Exception {
    used().close();
    Path image = temp.resolve("image");
    copy(data(), image);
    for (String boot : List.of("boot-2", "boot-3", "boot-4")) {
      copy(image, data());
      delete(temp.resolve("run"));
      try (Spool spool = open(new HostIdentity("kvm-07", "machine", boot))) {
        append(spool, 10);
      }
    }
  }

  @Test
  void fileOfAnotherHostDoesNotHideWhatIsLost() throws Exception {
    Path other = temp.resolve("other");
    try (Spool spool = Spool.open(other, "kvm-99", LIMITS, new SimpleMeterRegistry())) {
      spool.sinks(Set.of("a", "b"));
      spool.append(Batch.of(Samples.events(random, 200, 10)));
    }
    used().close();
    Files.delete(data().resolve("spool.db"));
    Files.copy(other.resolve("spool.db"), data().resolve("spool.db"));
    try (Spool spool = open(ME)) {
      assertThat(lost(spool, "rolled-back").get("a")).hasToString("13-14,16-20");
      assertThat(spool.events()).isEqualTo(200);
      append(spool, 5);
      assertThat(spool.last()).isEqualTo(205);
    }
  }

  @Test
  void everyFlippedBitOfTheMarkIsNoticedAndTheOtherSlotTaken() throws Exception {
    HighWaterFile file = HighWaterFile.in(List.of(temp));
    Ranges some = Ranges.parse("1-7,9,11-12");
    file.write(new HighWater(4, "line", "epoch", ME, 12, false, Map.of("a", some)));
    file.write(new HighWater(5, "line", "epoch", ME, 13, false, Map.of("a", some)));
    file.close();
    assertThat(file.read().orElseThrow().last()).isEqualTo(13);
    Path path = temp.resolve(HighWaterFile.NAME);
    Map<Long, Integer> seen = new HashMap<>();
    for (int bit = 0; bit < 8 * 100; bit++) {
      flip(path, HighWaterFile.BYTES / 2 + bit / 8, 1 << bit % 8);
      seen.merge(file.read().orElseThrow().last(), 1, Integer::sum);
      flip(path, HighWaterFile.BYTES / 2 + bit / 8, 1 << bit % 8);
    }
    assertThat(seen.keySet()).isSubsetOf(12L, 13L);
    assertThat(seen.get(12L)).as("a flip in the record").isGreaterThan(500);
  }

  private static void flip(Path path, long at, int bits) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(at);
      int old = file.read();
      file.seek(at);
      file.write(old ^ bits);
    }
  }

  @Test
  void recordOfManyScatteredConfirmationsFitsItsSlot() throws Exception {
    Map<String, Ranges> sinks = new TreeMap<>();
    for (int sink = 0; sink < 20; sink++) {
      Ranges ranges = new Ranges();
      for (long number = 1; number < 20_000; number += 2) {
        ranges.add(number, number);
      }
      sinks.put("sink-" + sink, ranges);
    }
    HighWaterFile file = HighWaterFile.in(List.of(temp));
    file.write(new HighWater(1, "line", "epoch", ME, 20_000, false, sinks));
    file.close();
    HighWater read = file.read().orElseThrow();
    assertThat(read.last()).isEqualTo(20_000);
    assertThat(read.sinks().get("sink-19").size()).isEqualTo(30);
  }

  @Test
  void eventsAreNotAlteredByTheirChecksum() throws Exception {
    Envelope event = Samples.event("one", 10);
    try (Spool spool = open(ME)) {
      spool.append(Batch.of(List.of(event)));
      assertThat(spool.get(1).orElseThrow().envelope().data()).isEqualTo(event.data());
    }
  }
}
