package dev.hookbridge.decision;

import dev.hookbridge.disk.Durable;
import dev.hookbridge.text.TextSanitizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;

/**
 * The operator's kill switch. While the file {@code gates.off} exists, with any content, no hook
 * sends a request. The switch needs neither the agent nor the broker.
 */
public final class KillSwitch {
  private static final int MOST = 256;
  private final Path file;

  /**
   * Creates a kill switch.
   *
   * @param file the file {@code gates.off}, owned by root
   */
  public KillSwitch(Path file) {
    this.file = file;
  }

  /** Returns whether decisions are on, that is, whether hooks send requests. */
  public boolean enabled() {
    return !Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }

  /** Returns who switched decisions off, as the file says, or an empty string. */
  public String by() {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return "";
    }
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      String text = new String(in.readNBytes(4 * MOST), StandardCharsets.UTF_8);
      String line = text.lines().findFirst().orElse("");
      return TextSanitizer.text(line.replaceFirst("^off by (.*) at \\S+$", "$1"), MOST);
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * Switches decisions off. From now on no hook sends a request.
   *
   * @param by the name of the user, for the file's content
   * @throws IOException if the file cannot be created; in the system's directory only root can do
   *     that
   */
  public void off(String by) throws IOException {
    Files.writeString(
        file, "off by " + TextSanitizer.text(by, MOST) + " at " + Instant.now() + "\n");
    sync();
  }

  /** Switches decisions on. From now on hooks send requests again. */
  public void on() throws IOException {
    if (Files.deleteIfExists(file)) {
      sync();
    }
  }

  private void sync() throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Durable.sync(folder);
    }
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
