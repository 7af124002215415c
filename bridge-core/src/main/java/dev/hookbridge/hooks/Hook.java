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
 * A complete hook of this project. It is recognised by its content: an ELF program that contains
 * the answer of its own self-test. Its name does not matter, and it is not run for that.
 *
 * @param version the release that it was built for
 * @param bytes the content of the file
 */
record Hook(String version, byte[] bytes) {
  private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};
  private static final int LARGEST = 16 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final long LOOK_AGAIN = Duration.ofMillis(5).toNanos();
  private static final Pattern MARK =
      Pattern.compile("hookbridge-hook ([\\x21-\\x39\\x3b-\\x7e]{1,64}): ok\n");

  /** Returns the hook in a file. Returns empty for any other file or a dangling link. */
  static Optional<Hook> in(Path file) throws IOException {
    if (!Files.isRegularFile(file) || Files.size(file) > LARGEST) {
      return Optional.empty();
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      if (!Arrays.equals(in.readNBytes(ELF.length), ELF)) {
        return Optional.empty(); // this excludes most scripts
      }
      bytes = Files.readAllBytes(file);
    }
    Matcher mark = MARK.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
    return mark.find() ? Optional.of(new Hook(mark.group(1), bytes)) : Optional.empty();
  }

  /**
   * Returns the hook of the distribution.
   *
   * @throws HooksException when the file is missing or is not a hook
   */
  static Hook toInstall(Path file) throws HooksException, IOException {
    if (!Files.exists(file)) {
      throw new HooksException(
          file + " is missing: this distribution was built without a C compiler, take another one");
    }
    return in(file)
        .orElseThrow(
            () ->
                new HooksException(
                    file + " is not a hook of hookbridge: install hookbridge again"));
  }

  /**
   * Runs the self-test of a file.
   *
   * @param by a command that runs the file in another domain; may be empty
   * @throws HooksException when the self-test fails
   */
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
   * Runs a command, and retries while the file is busy. A child process that another thread is just
   * starting may hold the file open for writing. The child closes it by itself, and the file is not
   * opened for writing again.
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

  /** Returns whether both have the same content. */
  boolean same(Hook other) {
    return MessageDigest.isEqual(bytes, other.bytes);
  }

  /** Returns the first 12 hex digits of the SHA-256, enough to distinguish builds. */
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
