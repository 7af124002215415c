package dev.hookbridge.spool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.spool.sqlite.Folder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who has a spool, told without touching its lock. */
class HolderTest {
  @TempDir Path folder;

  @Test
  void theProcessThatHasIt() throws Exception {
    assertThat(SpoolView.holder(folder)).isEmpty();
    Limits limits = new Limits(64 << 20, WhenFull.DROP_OLDEST);
    try (Spool spool =
        Spool.open(folder, "kvm-07.example.org", limits, new SimpleMeterRegistry())) {
      assertThat(spool.events()).isZero();
      assertThat(SpoolView.holder(folder)).hasValue(ProcessHandle.current().pid());
    }
    assertThat(SpoolView.holder(folder)).isEmpty();
  }

  @Test
  void othersLocksAreNotIt() throws Exception {
    Path lock = Files.createFile(folder.resolve("spool.lock"));
    Object inode = Files.getAttribute(lock, "unix:ino");
    Path locks = folder.resolve("locks");
    String line = "1: %s ADVISORY  %s 42 08:01:%s 0 EOF\n";
    Files.writeString(
        locks,
        line.formatted("POSIX ", "READ ", inode)
            + line.formatted("POSIX ", "WRITE", "1" + inode)
            + "2: -> POSIX  ADVISORY  WRITE 43 08:01:"
            + inode
            + " 0 EOF\n");
    assertThat(Folder.holder(folder, locks)).isEmpty();
    Files.writeString(locks, line.formatted("POSIX ", "WRITE", inode));
    assertThat(Folder.holder(folder, locks)).hasValue(42);
  }
}
