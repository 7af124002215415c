package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small ext4 that holds the mailbox, or all, of a trial folder; unmounted when closed. */
final class Disk implements AutoCloseable {
  private final Path mountPoint;
  private boolean frozen;

  /** The mailbox lies on the disk, run/ and etc/ do not, as in root's installation. */
  Disk(Trial trial) throws IOException {
    this(trial.mail(), trial.folder.resolveSibling(trial.folder.getFileName() + ".img"));
    for (String name : new String[] {"tmp", "new"}) {
      Files.createDirectory(mountPoint.resolve(name));
    }
  }

  Disk(Path mountPoint, Path image) throws IOException {
    this.mountPoint = mountPoint;
    Run.tool("truncate", "-s", "16M", image.toString());
    Run.tool("mkfs.ext4", "-q", image.toString());
    Run.tool("mount", "-o", "loop", image.toString(), mountPoint.toString());
    Files.delete(image); // the mount keeps it until it is gone
    Files.delete(mountPoint.resolve("lost+found"));
  }

  void freeze() throws IOException {
    Run.tool("fsfreeze", "-f", mountPoint.toString());
    frozen = true;
  }

  void thaw() throws IOException {
    Run.tool("fsfreeze", "-u", mountPoint.toString());
    frozen = false;
  }

  void remount(String mode) throws IOException {
    Run.tool("mount", "-o", "remount," + mode, mountPoint.toString());
  }

  long free() throws IOException {
    return Files.getFileStore(mountPoint).getUsableSpace();
  }

  void useUpInodes() throws IOException {
    try {
      for (int i = 0; i < 1 << 20; i++) {
        Files.createFile(mountPoint.resolve("filler" + i));
      }
    } catch (FileSystemException e) {
      assertThat(e.getReason()).contains("No space left");
    }
  }

  void assertUsable() throws IOException {
    assertThat(Files.writeString(mountPoint.resolve("probe"), "x")).exists();
  }

  @Override
  public void close() throws IOException {
    if (frozen) {
      thaw();
    }
    Run.tool("umount", "--lazy", mountPoint.toString());
  }
}
