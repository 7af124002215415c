package dev.hookbridge.observer;

import dev.hookbridge.text.TextSanitizer;
import java.io.IOException;

/** What a daemon or the system says about a failure, safe for logs and people. */
final class DaemonText {
  private static final int MOST = 300;

  private DaemonText() {}

  static String of(IOException e) {
    return TextSanitizer.text(String.valueOf(e.getMessage()), MOST);
  }
}
