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
 * What shims have begun. A power cut can undo the last rename of a file but not its content:
 * complete files of an earlier boot under a hidden name were promised to libvirt, and so were those
 * that a shim of an earlier release left in {@code tmp} and {@code spare}. What is torn was not,
 * and goes. Files of this boot belong to a shim at work, or to one that was killed.
 */
final class CrashRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(CrashRecovery.class);

  private final Path mail;
  private final String boot;
  private final MailReader reader;

  /**
   * @param boot the id of this boot
   */
  CrashRecovery(Path mail, String boot, MailReader reader) {
    this.mail = mail;
    this.boot = boot;
    this.reader = reader;
  }

  /** Whether a file in {@code new} is no call yet, and nothing foreign either. */
  static boolean isName(String name) {
    return name.startsWith(".")
        && (PreallocatedFiles.isName(name)
            || PreallocatedFiles.isBegun(name)
            || MailName.parse(name.substring(1)) != null);
  }

  /** Whether any was given its name in {@code new}. */
  boolean recover() throws IOException {
    boolean moved = false;
    for (Path entry : entries(mail.resolve("new"), ".*")) {
      String name = String.valueOf(entry.getFileName());
      if (PreallocatedFiles.isName(name) || PreallocatedFiles.isBegun(name)) {
        moved |= recoverSpare(entry, PreallocatedFiles.isName(name));
      } else if (isName(name)) {
        moved |= recover(entry, name.substring(1));
      }
    }
    for (Path entry : entries(mail.resolve("tmp"), "*")) {
      moved |= recover(entry, String.valueOf(entry.getFileName()));
    }
    for (Path entry : entries(mail.resolve("spare"), "*")) {
      moved |= recoverSpare(entry, false);
    }
    return moved;
  }

  /** What is in a folder; nothing when it is missing, as those of other releases may be. */
  private static List<Path> entries(Path folder, String glob) throws IOException {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, glob)) {
        entries.forEach(found::add);
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
    }
    return found;
  }

  private boolean recover(Path file, String text) throws IOException {
    MailName name = MailName.parse(text);
    if (name == null || name.bootId().equals(boot)) {
      return false; // somebody else's, or a shim at work
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

  /** A spare says nothing by its name; who writes into it holds its lock. */
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
        if (content.length != PreallocatedFiles.SIZE || !keep) {
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
      }
      return false;
    }
  }

  private void take(Path file, MailName name) throws IOException {
    Path fresh = mail.resolve("new").resolve(name.toString());
    Files.move(file, fresh, StandardCopyOption.ATOMIC_MOVE);
    LOG.info("{} was complete before the restart of the host: taken in", name);
  }

  private static void drop(Path file) throws IOException {
    Files.deleteIfExists(file);
    LOG.info("{} was torn, its hook had not returned", file);
  }

  private static byte[] beginning(FileChannel channel) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(PreallocatedFiles.SIZE + 1);
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
      return MailName.parse(name.toString()); // its fields are not believed to be what a name has
    } catch (MalformedRecordException e) {
      return null;
    }
  }
}
