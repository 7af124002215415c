package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.LoopMount;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small ext4 that holds the mailbox, or all, of a trial folder; unmounted when closed. */
final class Disk implements AutoCloseable {
  private final LoopMount mount;

  /** The mailbox lies on the disk, run/ and etc/ do not, as in root's installation. */
  Disk(Trial trial) throws IOException {
    this(trial.mail());
    Files.createDirectory(mount.folder().resolve("new"));
  }

  Disk(Path mountPoint) throws IOException {
    mount = LoopMount.make(mountPoint, "ext4", 16);
  }

  void freeze() throws IOException {
    mount.freeze();
  }

  void thaw() throws IOException {
    mount.thaw();
  }

  void remount(String mode) throws IOException {
    mount.remount(mode);
  }

  long free() throws IOException {
    return Files.getFileStore(mount.folder()).getUsableSpace();
  }

  void useUpInodes() throws IOException {
    try {
      for (int i = 0; i < 1 << 20; i++) {
        Files.createFile(mount.folder().resolve("filler" + i));
      }
    } catch (FileSystemException e) {
      assertThat(e.getReason()).contains("No space left");
    }
  }

  void assertUsable() throws IOException {
    assertThat(Files.writeString(mount.folder().resolve("probe"), "x")).exists();
  }

  @Override
  public void close() {
    mount.close();
  }
}
