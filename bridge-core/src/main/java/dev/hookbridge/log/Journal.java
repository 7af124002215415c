package dev.hookbridge.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.event.Level;

/**
 * Detects whether stderr goes to systemd's journal. The journal adds its own time to each line and
 * reads the level from {@code <n>} at its beginning. Source: sd-daemon(3), and JOURNAL_STREAM in
 * systemd.exec(5).
 */
final class Journal {
  private Journal() {}

  static boolean readsStderr() {
    String stream = System.getenv("JOURNAL_STREAM");
    if (stream == null) {
      return false;
    }
    try {
      Map<String, Object> file = Files.readAttributes(Path.of("/proc/self/fd/2"), "unix:dev,ino");
      return stream.equals(file.get("dev") + ":" + file.get("ino"));
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns the prefix with the priority of syslog(3), as the journal reads it. */
  static String prefix(Level level) {
    return switch (level) {
      case ERROR -> "<3>";
      case WARN -> "<4>";
      case INFO -> "<6>";
      case DEBUG, TRACE -> "<7>";
    };
  }
}
