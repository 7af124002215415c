package dev.hookbridge.mailbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What shims have begun. A power cut can undo the last rename of a file but not its content:
 * complete files of an earlier boot in {@code tmp} and {@code spare} were promised to libvirt. What
 * is torn was not, and goes. Files of this boot belong to a shim at work, or to one that was
 * killed.
 */
final class Unfinished {
  private static final Logger LOG = LoggerFactory.getLogger(Unfinished.class);

  private final Path mail;
  private final String boot;
  private final MailReader reader;

  /**
   * @param boot the id of this boot
   */
  Unfinished(Path mail, String boot, MailReader reader) {
    this.mail = mail;
    this.boot = boot;
    this.reader = reader;
  }

  /** Whether any was moved to {@code new}. */
  boolean recover() throws IOException {
    boolean moved = false;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(mail.resolve("tmp"))) {
      for (Path entry : entries) {
        moved |= recover(entry);
      }
    }
    Path spares = mail.resolve("spare");
    if (!Files.isDirectory(spares)) {
      return moved; // made by an older layout.sh
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(spares)) {
      for (Path entry : entries) {
        try {
          moved |= Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS) && recoverSpare(entry);
        } catch (IOException e) {
          LOG.warn("{} cannot be looked into and stays where it is: {}", entry, e.toString());
        }
      }
    }
    return moved;
  }

  private boolean recover(Path file) throws IOException {
    MailName name = MailName.parse(String.valueOf(file.getFileName()));
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

  /** A spare says nothing by its name; who writes into it holds its lock. */
  private boolean recoverSpare(Path file) throws IOException {
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
        if (content.length != Spares.SIZE || !Spares.isName(file)) {
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
    ByteBuffer content = ByteBuffer.allocate(Spares.SIZE + 1);
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
    } catch (DamagedMail e) {
      return null;
    }
  }
}
