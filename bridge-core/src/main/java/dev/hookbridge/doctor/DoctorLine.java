package dev.hookbridge.doctor;

import dev.hookbridge.api.Check;
import dev.hookbridge.command.Line;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A line from a worker of the doctor to the command that started it: three fields, separated by
 * tabs. Root must not trust the worker that runs as the agent's user. So lines that cannot be
 * parsed are ignored, and control characters are escaped.
 */
record DoctorLine(Kind kind, String what, String message) {
  /** The kind of a line. */
  enum Kind {
    OK,
    WARNING,
    FAILURE,
    /** The check that starts now. */
    LOOKING,
    /** The agent's worker reads at the brokers. The hook may be called now. */
    READING,
    /** The host's worker has called the hook. */
    CALLED,
    /** No more lines follow. The host's worker may send more after it is asked to call the hook. */
    END
  }

  /** Returns the line of a finding. */
  static DoctorLine of(Check check) {
    return new DoctorLine(Kind.valueOf(check.level().name()), check.what(), check.message());
  }

  /** Returns a line without a message. */
  static DoctorLine of(Kind kind, String what) {
    return new DoctorLine(kind, what, "");
  }

  /** Returns the finding, or null for the other kinds. */
  @Nullable Check check() {
    return switch (kind) {
      case OK -> Check.ok(what, message);
      case WARNING -> Check.warning(what, message);
      case FAILURE -> Check.failure(what, message);
      default -> null;
    };
  }

  /** Parses a line. Returns null when it is not a valid line. */
  static @Nullable DoctorLine parse(String line) {
    String[] words = line.split("\t", 3);
    if (words.length == 3) {
      for (Kind kind : Kind.values()) {
        if (kind.name().toLowerCase(Locale.ROOT).equals(words[0])) {
          return new DoctorLine(kind, Line.safe(words[1]), Line.safe(words[2]));
        }
      }
    }
    return null;
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT) + "\t" + safe(what) + "\t" + safe(message);
  }

  private static String safe(String text) {
    return Line.safe(text.strip().replaceAll("\\s*[\\r\\n]+\\s*", " "));
  }
}
