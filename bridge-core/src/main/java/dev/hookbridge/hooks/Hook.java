package dev.hookbridge.hooks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A complete hook of ours. It is recognised by what it is, a program for this kernel that holds its
 * own self-test's answer, never by its name, and without being run.
 *
 * @param version the release it was built for
 */
record Hook(String version, byte[] bytes) {
  private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};
  private static final int LARGEST = 16 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final long LOOK_AGAIN = Duration.ofMillis(5).toNanos();
  private static final Pattern MARK =
      Pattern.compile("hookbridge-hook ([\\x21-\\x39\\x3b-\\x7e]{1,64}): ok\n");

  /** The hook in a file; empty when that is something else, or a link to nowhere. */
  static Optional<Hook> in(Path file) throws IOException {
    if (!Files.isRegularFile(file) || Files.size(file) > LARGEST) {
      return Optional.empty();
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      if (!Arrays.equals(in.readNBytes(ELF.length), ELF)) {
        return Optional.empty(); // most scripts are told by this
      }
      bytes = Files.readAllBytes(file);
    }
    Matcher mark = MARK.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
    return mark.find() ? Optional.of(new Hook(mark.group(1), bytes)) : Optional.empty();
  }

  /** The hook of the distribution. */
  static Hook toInstall(Path file) throws HooksException, IOException {
    if (!Files.exists(file)) {
      throw new HooksException(
          file + " is missing: this distribution was built without a C compiler, take another one");
    }
    return in(file)
        .orElseThrow(
            () -> new HooksException(file + " is no hook of hookbridge: install hookbridge again"));
  }

  /** Runs the self-test of a file, if need be by another program. */
  static void prove(Path file, List<String> by) throws HooksException {
    List<String> words = new ArrayList<>(by);
    words.add(file.toString());
    words.add("--self-test");
    String how = by.isEmpty() ? "" : ", run in the daemon's domain,";
    try {
      Command.Result ran = run(words.toArray(new String[words.size()]));
      if (ran.exit() != 0 || !ran.out().startsWith("hookbridge-hook ")) {
        throw new HooksException(
            file + how + " fails its self-test with exit " + ran.exit() + ": " + ran.out().strip());
      }
    } catch (IOException e) {
      throw new HooksException(
          file + how + " cannot be executed here, is it on a file system mounted noexec? " + e, e);
    }
  }

  /**
   * A child that another thread of this process was just starting may still hold the file open for
   * writing, and then it is busy. It lets go by itself; nobody opens it for writing again.
   */
  private static Command.Result run(String... words) throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return Command.run(PATIENCE, words);
      } catch (IOException e) {
        if (!String.valueOf(e.getMessage()).contains("Text file busy") || System.nanoTime() > end) {
          throw e;
        }
        LockSupport.parkNanos(LOOK_AGAIN);
      }
    }
  }

  boolean same(Hook other) {
    return MessageDigest.isEqual(bytes, other.bytes);
  }

  /** The beginning of its SHA-256, enough to tell builds apart. */
  String hash() {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return version + " " + hash();
  }
}
