package dev.hookbridge.command;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** Returns the release from the jar's manifest. */
public final class Version implements IVersionProvider {
  /** Returns the version, or {@code development} without a manifest. */
  public static String text() {
    return Objects.requireNonNullElse(
        Version.class.getPackage().getImplementationVersion(), "development");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"hookbridge " + text()};
  }
}
