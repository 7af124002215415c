package dev.hookbridge.decision;

import dev.hookbridge.text.TextSanitizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;

/**
 * The operator's break-glass: while {@code gates.off} is there, whatever it holds, no hook asks. It
 * needs neither agent nor broker.
 */
public final class KillSwitch {
  private static final int MOST = 256;
  private final Path file;

  /**
   * @param file root's {@code gates.off}
   */
  public KillSwitch(Path file) {
    this.file = file;
  }

  /** Whether hooks ask. */
  public boolean enabled() {
    return !Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }

  /** Who switched decisions off, as far as the file says; else empty. */
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
   * From now on no hook asks.
   *
   * @throws IOException when the file cannot be made, which only root can in the system's folder
   */
  public void off(String by) throws IOException {
    Files.writeString(
        file, "off by " + TextSanitizer.text(by, MOST) + " at " + Instant.now() + "\n");
    sync();
  }

  /** From now on hooks ask again. */
  public void on() throws IOException {
    if (Files.deleteIfExists(file)) {
      sync();
    }
  }

  private void sync() throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
