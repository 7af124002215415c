package dev.hookbridge.doctor;

import dev.hookbridge.api.Check;
import dev.hookbridge.command.Line;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a part of the doctor says to the command that started it: one line of text, three words
 * separated by tabs. The part that runs as the agent's user is not to be trusted by root, so what
 * cannot be understood is nothing, and no control character gets through.
 */
record DoctorLine(Kind kind, String what, String message) {
  /** What a line is about. */
  enum Kind {
    OK,
    WARNING,
    FAILURE,
    /** What is being looked at from now on. */
    LOOKING,
    /** The agent's part reads at the brokers: the hook may be called. */
    READING,
    /** The host's part has called the hook. */
    CALLED,
    /** Nothing more comes, or from the host's part only once it is asked to call the hook. */
    END
  }

  static DoctorLine of(Check check) {
    return new DoctorLine(Kind.valueOf(check.level().name()), check.what(), check.message());
  }

  static DoctorLine of(Kind kind, String what) {
    return new DoctorLine(kind, what, "");
  }

  /** The finding, or null for the other kinds. */
  @Nullable Check check() {
    return switch (kind) {
      case OK -> Check.ok(what, message);
      case WARNING -> Check.warning(what, message);
      case FAILURE -> Check.failure(what, message);
      default -> null;
    };
  }

  /** Null when it is no such line. */
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
