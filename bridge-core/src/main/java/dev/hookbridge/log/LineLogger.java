package dev.hookbridge.log;

import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/** A logger that passes each message to {@link Log}. */
final class LineLogger extends LegacyAbstractLogger {
  private static final long serialVersionUID = 1;

  LineLogger(String name) {
    this.name = name;
  }

  @Override
  public boolean isErrorEnabled() {
    return Log.shows(name, Level.ERROR);
  }

  @Override
  public boolean isWarnEnabled() {
    return Log.shows(name, Level.WARN);
  }

  @Override
  public boolean isInfoEnabled() {
    return Log.shows(name, Level.INFO);
  }

  @Override
  public boolean isDebugEnabled() {
    return Log.shows(name, Level.DEBUG);
  }

  @Override
  public boolean isTraceEnabled() {
    return Log.shows(name, Level.TRACE);
  }

  @Override
  protected @Nullable String getFullyQualifiedCallerName() {
    return null;
  }

  @Override
  protected void handleNormalizedLoggingCall(
      Level level,
      @Nullable Marker marker,
      @Nullable String pattern,
      Object @Nullable [] arguments,
      @Nullable Throwable cause) {
    Log.write(level, String.valueOf(MessageFormatter.basicArrayFormat(pattern, arguments)), cause);
  }
}
