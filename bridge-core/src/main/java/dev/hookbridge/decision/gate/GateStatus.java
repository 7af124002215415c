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
 * What a hook sees of the agent in {@code gates.d}, for people.
 *
 * @param agent whether it stamps
 * @param socket whether it can be asked
 */
public record GateStatus(String agent, String socket) {
  /** As long as the shim takes an agent for alive. */
  private static final long FRESH = 3_000_000_000L;

  public static GateStatus of(Path folder) throws IOException {
    return new GateStatus(agent(GateFolder.alive(folder)), socket(GateFolder.socket(folder)));
  }

  /** What keeps an agent from answering in a folder, one sentence; empty when nothing does. */
  public static Optional<String> wrongWith(Path folder) {
    return GateFolder.tooLong(folder);
  }

  private static String agent(Path alive) throws IOException {
    try {
      if (!attributes(alive).isRegularFile() || attributes(alive).size() != 20) {
        return "unknown: " + alive + " is no stamp";
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
      return "unknown: " + alive + " is no stamp";
    }
  }

  private static String socket(Path socket) throws IOException {
    try {
      // A socket is the only other thing that can be listened at; the type has no name in Java.
      return attributes(socket).isOther() ? "there" : "unknown: " + socket + " is no socket";
    } catch (NoSuchFileException e) {
      return "none";
    }
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }
}
