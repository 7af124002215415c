package dev.hookbridge.mailbox;

import dev.hookbridge.record.MailFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The names and the content of a spare: {@code new/.spare-NNN} when a hook may take it, {@code
 * new/.making-NNN} before. See {@link PreallocatedFiles}.
 */
final class SpareFile {
  static final int SIZE = 16 << 10;
  private static final String READY_PREFIX = ".spare-";
  private static final String BEGUN_PREFIX = ".making-";
  private static final Pattern READY = Pattern.compile("\\.spare-\\d{3}");
  private static final Pattern BEGUN = Pattern.compile("\\.making-\\d{3}");

  private SpareFile() {}

  /** Returns whether a file in {@code new} has the name of a spare that a hook may take. */
  static boolean isReady(String name) {
    return READY.matcher(name).matches();
  }

  /** Returns whether a file in {@code new} has the name of a spare that is not ready yet. */
  static boolean isBegun(String name) {
    return BEGUN.matcher(name).matches();
  }

  static Path ready(Path folder, int number) {
    return folder.resolve(String.format(Locale.ROOT, "%s%03d", READY_PREFIX, number));
  }

  static Path begun(Path folder, int number) {
    return folder.resolve(String.format(Locale.ROOT, "%s%03d", BEGUN_PREFIX, number));
  }

  /** Returns the number in the name of a spare that is not ready yet. */
  static int number(Path begun) {
    return Integer.parseInt(begun.getFileName().toString().substring(BEGUN_PREFIX.length()));
  }

  /** Creates a file of zeros, durably. Replaces an older one. */
  static void make(Path file) throws IOException {
    Files.deleteIfExists(file);
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      write(channel, SIZE);
      channel.force(true);
    }
  }

  /** Overwrites the call in a file with zeros, durably. Does nothing to a file of zeros. */
  static void clear(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      ByteBuffer content = ByteBuffer.allocate(SIZE);
      while (content.hasRemaining() && channel.read(content) >= 0) {}
      int length = MailFormat.used(content.array());
      if (length > 0) {
        write(channel.position(0), length);
        channel.force(false);
      }
    }
  }

  private static void write(FileChannel channel, int length) throws IOException {
    for (ByteBuffer zeros = ByteBuffer.allocate(length); zeros.hasRemaining(); ) {
      channel.write(zeros);
    }
  }
}
