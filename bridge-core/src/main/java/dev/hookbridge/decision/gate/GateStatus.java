package dev.hookbridge.decision.gate;

import dev.hookbridge.mailbox.Boot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;
import java.util.Optional;

/**
 * The state of the agent as hooks see it in {@code gates.d}, in readable form.
 *
 * @param agent whether the agent writes its stamp
 * @param socket whether the socket exists
 */
public record GateStatus(String agent, String socket) {
  /**
   * Maximum age of a stamp in ns. The shim uses the same limit to decide whether an agent is alive.
   */
  private static final long FRESH = 3_000_000_000L;

  /** Reads the state from the directory {@code gates.d}. */
  public static GateStatus of(Path folder) throws IOException {
    return new GateStatus(agent(GateFolder.alive(folder)), socket(GateFolder.socket(folder)));
  }

  /**
   * Returns the problem that prevents an agent from using the directory, in one sentence, or empty.
   */
  public static Optional<String> wrongWith(Path folder) {
    return GateFolder.tooLong(folder);
  }

  private static String agent(Path alive) throws IOException {
    try {
      if (!attributes(alive).isRegularFile() || attributes(alive).size() != 20) {
        return "unknown: " + alive + " is not a timestamp";
      }
      long stamp = Long.parseLong(Files.readString(alive, StandardCharsets.US_ASCII));
      long age = Boot.ofKernel().now() - stamp;
      String seconds = String.format(Locale.ROOT, "%.1f s", Math.max(0, age) / 1e9);
      return age <= FRESH
          ? "alive, stamped " + seconds + " ago"
          : "absent, last stamped " + seconds + " ago";
    } catch (NoSuchFileException e) {
      return "absent";
    } catch (NumberFormatException e) {
      return "unknown: " + alive + " is not a timestamp";
    }
  }

  private static String socket(Path socket) throws IOException {
    try {
      // "Other" means a socket here: Java has no name for that type, and nothing else can listen.
      return attributes(socket).isOther() ? "there" : "unknown: " + socket + " is not a socket";
    } catch (NoSuchFileException e) {
      return "none";
    }
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }
}
