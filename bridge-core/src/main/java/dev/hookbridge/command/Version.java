package dev.hookbridge.command;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** The release, as the jar's manifest has it. */
public final class Version implements IVersionProvider {
  public static String text() {
    return Objects.requireNonNullElse(
        Version.class.getPackage().getImplementationVersion(), "development");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"hookbridge " + text()};
  }
}
