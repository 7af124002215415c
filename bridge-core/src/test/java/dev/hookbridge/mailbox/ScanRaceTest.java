package dev.hookbridge.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.LoopMount;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A look through the folder while calls arrive one after the other: whenever it gives call n, it
 * gives every earlier one that is there. {@code readdir} alone does not keep this, and the test
 * counts how often it did not.
 */
@Tag("slow")
class ScanRaceTest {
  private static final int PASSES = Boolean.getBoolean("hookbridge.full") ? 5_000 : 200;
  private static final int KEPT = 3_000;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"ext4", "xfs"})
  void noCallIsSeenBeforeTheOneBefore(String type) throws Exception {
    long seed = Long.getLong("hookbridge.seed", System.nanoTime());
    System.out.println("seed " + seed + " (-Dhookbridge.seed)");
    try (LoopMount mount = LoopMount.make(folder.resolve(type), type, 512)) {
      Path mail = mount.folder();
      Files.createDirectory(mail.resolve("new"));
      AtomicBoolean stop = new AtomicBoolean();
      AtomicReference<Throwable> failure = new AtomicReference<>();
      Thread caller = new Thread(() -> calls(mail, stop), "caller");
      caller.setUncaughtExceptionHandler((thread, e) -> failure.set(e));
      caller.start();
      int gaps = 0;
      try {
        gaps = passes(mail, new Random(seed));
      } finally {
        stop.set(true);
        caller.join();
      }
      assertThat(failure.get()).isNull();
      System.out.println(type + ": " + PASSES + " looks, readdir alone had a gap in " + gaps);
    }
  }

  /**
   * Calls of one guest, each made when the one before has returned; numbered in their wall time.
   */
  private static void calls(Path mail, AtomicBoolean stop) {
    try {
      for (long number = 1; !stop.get(); number++) {
        String name =
            new MailName(System.nanoTime() + SKEW, id(), number, UUID.randomUUID().toString())
                .toString();
        Path unfinished = Files.createFile(mail.resolve("new").resolve("." + name));
        Files.move(unfinished, mail.resolve("new").resolve(name));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static final Boot BOOT = boot();

  /** From the JVM's monotonic clock to the boot's, which goes on while the machine sleeps. */
  private static final long SKEW = skew();

  /**
   * The least that is surely enough: the boot's clock is ahead of what it shows by less than a
   * step, and a pause between the two looks makes the bound larger, never too small. A stamp must
   * not be earlier than the call, as the shim's is not.
   */
  private static long skew() {
    long skew = Long.MAX_VALUE;
    for (long end = System.nanoTime() + 5 * Boot.STEP; System.nanoTime() < end; ) {
      long before = System.nanoTime();
      skew = Math.min(skew, BOOT.now() + Boot.STEP - before);
    }
    return skew;
  }

  private static Boot boot() {
    try {
      return Boot.ofKernel();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String id() {
    return BOOT.id();
  }

  private static int passes(Path mail, Random random) throws IOException {
    long removedTo = 0;
    int gaps = 0;
    for (int pass = 0; pass < PASSES; pass++) {
      gaps += readdirHasGap(mail.resolve("new"), removedTo) ? 1 : 0;
      List<MailName> names = Scan.of(mail.resolve("new"), BOOT).names();
      for (int i = 0; i < names.size(); i++) {
        assertThat(names.get(i).time())
            .as(String.format(Locale.ROOT, "look %d, name %d of %d", pass, i, names.size()))
            .isEqualTo(removedTo + 1 + i);
      }
      int keep = random.nextInt(KEPT);
      for (int i = 0; i < names.size() - keep; i++) {
        Files.delete(mail.resolve("new").resolve(names.get(i).toString()));
        removedTo = names.get(i).time();
      }
    }
    return gaps;
  }

  private static boolean readdirHasGap(Path folder, long removedTo) throws IOException {
    BitSet seen = new BitSet();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        MailName name = MailName.parse(String.valueOf(entry.getFileName()));
        if (name != null) {
          seen.set((int) (name.time() - removedTo - 1));
        }
      }
    }
    return seen.nextClearBit(0) < seen.length();
  }
}
