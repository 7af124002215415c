package dev.hookbridge.decision.gate;

import dev.hookbridge.decision.rule.Rule;
import dev.hookbridge.disk.Durable;
import dev.hookbridge.record.MalformedRecordException;
import dev.hookbridge.record.Records;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The file {@code gates.d/gates}, from which the shim reads the rules. {@code docs/protocol.md}
 * describes the format. The file contains only rules with mode enforce. It is replaced as a whole
 * and stays when the agent stops.
 */
public final class GatesFile {
  /** Maximum size of the file. The shim rejects a larger one. */
  static final int MOST_BYTES = 64 << 10;

  /** Maximum number of rules that the shim reads. */
  public static final int MOST_RULES = 64;

  private static final String NAME = "gates";
  private static final char[] HEX = "0123456789ABCDEF".toCharArray();

  private GatesFile() {}

  /**
   * Returns the content of the file for these rules.
   *
   * @throws IllegalArgumentException if the shim would reject the file; the message is a sentence
   */
  public static byte[] of(List<Rule> rules) {
    List<Rule> enforced = rules.stream().filter(rule -> rule.mode() == Rule.Mode.ENFORCE).toList();
    String lines = enforced.stream().map(GatesFile::line).collect(Collectors.joining());
    byte[] file = Records.gates(lines);
    if (enforced.size() > MOST_RULES || file.length > MOST_BYTES) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "decisions make a gates file of %d rules and %d bytes, more than %d rules or %d"
                  + " bytes: join rules, or shorten their exempt lists",
              enforced.size(),
              file.length,
              MOST_RULES,
              MOST_BYTES));
    }
    return file;
  }

  private static String line(Rule rule) {
    String exempt =
        rule.exempt().isEmpty()
            ? "-"
            : rule.exempt().stream().map(GatesFile::exempt).collect(Collectors.joining(","));
    return String.join(
            "\t",
            rule.name(),
            rule.when().driver(),
            rule.when().operation(),
            rule.when().suboperation(),
            encoded(rule.object().bytes(), "*?"),
            exempt,
            Long.toString(rule.timeout().toMillis()),
            rule.onTimeout().word(),
            rule.onError().word(),
            rule.onAgentAbsent().word(),
            "-")
        + "\n";
  }

  /**
   * Encodes an exempt name. A guest can be called {@code -}, but a plain {@code -} means that there
   * is no name.
   */
  private static String exempt(String name) {
    return name.equals("-") ? "%2D" : encoded(name.getBytes(StandardCharsets.UTF_8), "");
  }

  private static String encoded(byte[] bytes, String besides) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : bytes) {
      char c = (char) (b & 0xFF);
      boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || "._-".indexOf(c) >= 0);
      if (plain || besides.indexOf(c) >= 0) {
        encoded.append(c);
      } else {
        encoded.append('%').append(HEX[c >> 4]).append(HEX[c & 15]);
      }
    }
    return encoded.toString();
  }

  /**
   * Writes the file durably, unless it already has this content.
   *
   * @throws IOException if the file cannot be written; the old content then remains
   */
  public static void write(Path folder, byte[] file) throws IOException {
    Path target = folder.resolve(NAME);
    if (Arrays.equals(bytes(target), file)) {
      return;
    }
    Path temporary = folder.resolve(NAME + ".tmp");
    Files.deleteIfExists(temporary);
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer bytes = ByteBuffer.wrap(file);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    Durable.sync(folder);
  }

  /**
   * Returns the content of the file. Returns an empty array if there is no file or the shim would
   * not read it.
   */
  private static byte[] bytes(Path file) throws IOException {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      boolean readable = attributes.isRegularFile() && attributes.size() <= MOST_BYTES;
      return readable ? Files.readAllBytes(file) : new byte[0];
    } catch (NoSuchFileException e) {
      return new byte[0];
    }
  }

  /** Returns whether the file exists. It may contain rules of an earlier configuration. */
  public static boolean isThere(Path folder) {
    return Files.exists(folder.resolve(NAME), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Returns the rules of the file in readable form, one line per rule.
   *
   * @throws NoSuchFileException if there is no file
   * @throws MalformedRecordException if the shim would reject the file
   */
  public static List<String> read(Path folder) throws IOException, MalformedRecordException {
    if (!isThere(folder)) {
      throw new NoSuchFileException(folder.resolve(NAME).toString());
    }
    byte[] file = bytes(folder.resolve(NAME));
    List<String> rules = new ArrayList<>();
    for (String line : Records.gates(file).split("\n", -1)) {
      String[] words = line.split("\t", -1);
      if (words.length >= 11) {
        rules.add(
            String.format(
                Locale.ROOT,
                "%s: %s.%s.%s of %s, exempt %s, %s ms, on-timeout %s, on-error %s,"
                    + " on-agent-absent %s",
                (Object[]) Arrays.copyOf(words, 10)));
      }
    }
    return rules;
  }
}
