package dev.hookbridge.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.spool.sqlite.NativeLibrary;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.sqlite.SpoolException.Kind;
import dev.hookbridge.spool.table.DropRecord;
import dev.hookbridge.spool.table.SpooledEvent;
import dev.hookbridge.testing.Needs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file system of 24 MiB that others fill to the last block. */
class FullDiskTest {
  private static final long DISK_BYTES = 24L << 20;
  private static final int EVENT_BYTES = 8000;
  private final Random random = new Random(5);
  @TempDir Path root;
  private Path disk;
  private Path filler;

  /** SQLite's library must not be unpacked into the disk that is to be unmounted. */
  @BeforeAll
  static void unpackElsewhere() {
    NativeLibrary.find(Path.of(System.getProperty("java.io.tmpdir")));
  }

  @BeforeEach
  void mount() throws Exception {
    Needs.root();
    Needs.command("mkfs.ext4");
    Path image = root.resolve("image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(DISK_BYTES);
    }
    disk = Files.createDirectory(root.resolve("disk"));
    filler = disk.resolve("filler");
    run("mkfs.ext4", "-q", "-m", "0", image.toString());
    Needs.that(
        status("mount", "-o", "loop", image.toString(), disk.toString()) == 0,
        "a file cannot be mounted: loop devices are needed");
  }

  @AfterEach
  void unmount() throws Exception {
    if (disk != null) {
      status("umount", disk.toString());
    }
  }

  private static void run(String... command) throws Exception {
    assertThat(status(command)).as(String.join(" ", command)).isZero();
  }

  private static int status(String... command) throws Exception {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  private Spool open(WhenFull whenFull) throws SpoolException {
    Limits limits = new Limits(16L << 20, whenFull);
    Spool spool = Spool.open(disk.resolve("spool"), "host", limits, new SimpleMeterRegistry());
    spool.sinks(Set.of("a"));
    return spool;
  }

  private AppendResult append(Spool spool) throws SpoolException {
    return spool.append(Batch.of(Samples.events(random, 10, EVENT_BYTES)));
  }

  /** Takes every block that is left. */
  private void fill() throws IOException {
    byte[] block = new byte[4096];
    try (RandomAccessFile file = new RandomAccessFile(filler.toFile(), "rw")) {
      file.seek(file.length());
      while (true) {
        file.write(block);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
    run("sync", disk);
  }

  private static void run(String command, Path argument) throws IOException {
    try {
      run(command, argument.toString());
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  @Test
  void theOldestGoWhileOthersFillTheDisk() throws Exception {
    try (Spool spool = open(WhenFull.DROP_OLDEST)) {
      for (int i = 0; i < 40; i++) {
        append(spool);
      }
      fill();
      for (int i = 0; i < 200; i++) {
        assertThat(append(spool).stored()).as("append %s", i).isEqualTo(10);
        if (i % 20 == 0) {
          fill();
          spool.save();
        }
      }
      List<DropRecord> drops = spool.unreportedDrops();
      assertThat(drops).extracting(DropRecord::reason).containsOnly("disk-full");
      assertThat(drops.get(0).sinks()).containsExactly("a");
      assertThat(drops.get(0).count().getAsLong()).isEqualTo(spool.last() - spool.events());
      assertThat(spool.read("a", 0, 10_000, 1L << 30)).hasSize((int) spool.events());
      List<SpooledEvent> held = spool.read("a", 0, 1, 1);
      spool.cursor("a").confirm(held.get(0).sequence());
      spool.save();
      Files.delete(filler);
      spool.save();
      assertThat(disk.resolve("spool/ballast")).hasSize(2L << 20);
      long before = spool.events();
      append(spool);
      assertThat(spool.events()).as("nothing is dropped any more").isEqualTo(before + 10);
    }
  }

  @Test
  void theNewestStayInTheMailboxUntilThereIsRoom() throws Exception {
    try (Spool spool = open(WhenFull.DROP_NEWEST)) {
      for (int i = 0; i < 20; i++) {
        append(spool);
      }
      fill();
      assertThatThrownBy(
              () -> {
                while (spool.last() < 10_000) {
                  append(spool);
                }
              })
          .isInstanceOfSatisfying(
              SpoolException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FULL));
      long last = spool.last();
      assertThat(spool.unreportedDrops()).isEmpty();
      assertThat(spool.events()).isEqualTo(last);
      for (SpooledEvent event : spool.read("a", 0, 10_000, 1L << 30)) {
        spool.cursor("a").confirm(event.sequence());
      }
      spool.save();
      assertThat(spool.events()).as("deleting works").isZero();
      assertThat(append(spool).stored()).as("the pages of the deleted are room").isEqualTo(10);
      Files.delete(filler);
      for (int i = 0; i < 20; i++) {
        spool.save();
        assertThat(append(spool).stored()).isEqualTo(10);
      }
    }
  }

  @Test
  void anAgentStartsOnAFullDisk() throws Exception {
    try (Spool spool = open(WhenFull.DROP_OLDEST)) {
      for (int i = 0; i < 20; i++) {
        append(spool);
      }
    }
    fill();
    try (Spool spool = open(WhenFull.DROP_OLDEST)) {
      assertThat(spool.events()).isEqualTo(200);
      for (int i = 0; i < 50; i++) {
        assertThat(append(spool).stored()).isEqualTo(10);
      }
      assertThat(spool.last()).isEqualTo(700);
      spool.save();
    }
  }

  /** A copy that filled the disk would take the room of the hooks. */
  @Test
  void damagedSpoolIsNotCopiedWithoutRoomAndNothingOfItIsLost() throws Exception {
    Path folder = disk.resolve("spool");
    try (Spool spool = open(WhenFull.DROP_NEWEST)) {
      for (int i = 0; i < 40; i++) {
        append(spool);
      }
    }
    fill();
    Files.createFile(folder.resolve("damaged"));
    assertThatThrownBy(() -> open(WhenFull.DROP_NEWEST))
        .isInstanceOfSatisfying(
            SpoolException.class, e -> assertThat(e.kind()).isEqualTo(SpoolException.Kind.FULL))
        .hasMessageContainingAll("is damaged", "are free; make room.");
    assertThat(folder.resolve("spool.db.new")).doesNotExist();
    Files.delete(filler);
    try (Spool spool = open(WhenFull.DROP_NEWEST)) {
      assertThat(spool.setAside()).isPresent();
      assertThat(spool.read("a", 0, 1000, 1L << 30)).hasSize(400);
      assertThat(spool.unreportedDrops()).isEmpty();
    }
  }
}
