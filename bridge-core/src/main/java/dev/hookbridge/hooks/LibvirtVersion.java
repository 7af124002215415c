package dev.hookbridge.hooks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** libvirt's version. It decides which slots libvirt runs. */
record LibvirtVersion(int major, int minor) {
  private static final Pattern NUMBER = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})(\\.\\d{1,6})*");
  private static final Pattern ANSWER = Pattern.compile("\\(libvirt\\) (\\S+)");

  /** Parses a version as an operator writes it. Returns empty when it is not a version. */
  static Optional<LibvirtVersion> parse(String text) {
    Matcher matcher = NUMBER.matcher(text);
    return matcher.matches()
        ? Optional.of(
            new LibvirtVersion(
                Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
        : Optional.empty();
  }

  /** Asks the installed daemon for its version. The libvirt library is never called. */
  static Optional<LibvirtVersion> installed(HostFiles machine) {
    for (String folder : Daemons.PROGRAMS) {
      for (String name : List.of("virtqemud", "libvirtd", "virtlxcd", "virtxend", "virtbhyved")) {
        Path daemon = machine.at(folder).resolve(name);
        if (Files.isExecutable(daemon)) {
          Optional<LibvirtVersion> version = asked(daemon);
          if (version.isPresent()) {
            return version;
          }
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<LibvirtVersion> asked(Path daemon) {
    try {
      Command.Result said = Command.run(Duration.ofSeconds(10), daemon.toString(), "--version");
      Matcher matcher = ANSWER.matcher(said.out());
      return matcher.find() ? parse(matcher.group(1)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // another daemon may answer, or the operator can give the version
    }
  }

  /**
   * Returns whether libvirt runs the files in {@code <driver>.d} after {@code <driver>}. It does
   * since 6.5.0, with every executable file.
   */
  boolean hasFolders() {
    return major > 6 || (major == 6 && minor >= 5);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
