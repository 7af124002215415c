package dev.hookbridge.mailbox;

import dev.hookbridge.record.MailFormat;
import dev.hookbridge.record.MalformedRecordException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ingests complete records that shims left under other names. A power cut can undo the last rename
 * of a file, but not its content. So a complete file of an earlier boot under a hidden name is a
 * call that the shim has promised to libvirt. A torn file was not promised, and is deleted. A file
 * of the current boot belongs to a running shim, or to one that was killed.
 */
final class CrashRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(CrashRecovery.class);

  private final Path mail;
  private final String boot;
  private final MailReader reader;

  /**
   * Makes a recovery of this folder.
   *
   * @param boot the id of the current boot
   */
  CrashRecovery(Path mail, String boot, MailReader reader) {
    this.mail = mail;
    this.boot = boot;
    this.reader = reader;
  }

  /**
   * Returns whether a file in {@code new} has a hidden name of the shim or the agent. It is not a
   * call yet, and not foreign either.
   */
  static boolean isName(String name) {
    return name.startsWith(".")
        && (SpareFile.isReady(name)
            || SpareFile.isBegun(name)
            || MailName.parse(name.substring(1)) != null);
  }

  /** Renames complete records to their names in {@code new}. Returns whether there was one. */
  boolean recover() throws IOException {
    boolean moved = false;
    for (Path entry : hidden()) {
      String name = String.valueOf(entry.getFileName());
      if (SpareFile.isReady(name) || SpareFile.isBegun(name)) {
        moved |= recoverSpare(entry, SpareFile.isReady(name));
      } else if (isName(name)) {
        moved |= recover(entry, name.substring(1));
      }
    }
    return moved;
  }

  private List<Path> hidden() throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(mail.resolve("new"), ".*")) {
      entries.forEach(found::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return found;
  }

  private boolean recover(Path file, String text) throws IOException {
    MailName name = MailName.parse(text);
    if (name == null || name.bootId().equals(boot)) {
      return false; // foreign, or a running shim's
    }
    if (reader.complete(file)) {
      take(file, name);
      return true;
    }
    drop(file);
    return false;
  }

  private boolean recoverSpare(Path file, boolean keep) {
    try {
      return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && takeFrom(file, keep);
    } catch (IOException e) {
      LOG.warn("{} cannot be looked into and stays where it is: {}", file, e.toString());
      return false;
    }
  }

  /**
   * Handles a spare file. Its name contains nothing about its call. A shim that writes into it
   * holds its lock. A file that is not ready for shims, of the current boot, is the agent's own: it
   * was killed while it used the file of a stored call again.
   *
   * @param keep whether shims may use a file of this name, so that an unused one stays
   */
  private boolean takeFrom(Path file, boolean keep) throws IOException {
    try (FileChannel channel =
            FileChannel.open(
                file,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        return false;
      }
      byte[] content = beginning(channel);
      if (MailFormat.used(content) == 0) {
        if (content.length != SpareFile.SIZE || !keep) {
          Files.delete(file);
        }
        return false;
      }
      MailName name = name(content);
      if (name == null) {
        drop(file);
      } else if (!name.bootId().equals(boot)) {
        take(file, name);
        return true;
      } else if (!keep) {
        Files.delete(file);
      }
      return false;
    }
  }

  private void take(Path file, MailName name) throws IOException {
    Path fresh = mail.resolve("new").resolve(name.toString());
    Files.move(file, fresh, StandardCopyOption.ATOMIC_MOVE);
    LOG.info("{} was complete before the restart of the host: ingested", name);
  }

  private static void drop(Path file) throws IOException {
    Files.deleteIfExists(file);
    LOG.info("{} was torn, its hook had not returned", file);
  }

  private static byte[] beginning(FileChannel channel) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(SpareFile.SIZE + 1);
    int read = 0;
    while (read >= 0 && content.hasRemaining()) {
      read = channel.read(content);
    }
    return Arrays.copyOf(content.array(), content.position());
  }

  private static @Nullable MailName name(byte[] record) {
    try {
      MailFormat.Parts parts = MailFormat.readFile(record);
      long boottime = parts.number("boottime");
      MailName name =
          new MailName(boottime, parts.text("boot"), parts.number("time"), parts.text("id"));
      return MailName.parse(name.toString()); // checks the format of the fields
    } catch (MalformedRecordException e) {
      return null;
    }
  }
}
